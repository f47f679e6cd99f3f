"""S1 to S7: the list and the search."""
import os
import subprocess

import ptybench
from ptybench import median

QUIET, QUIET_REFERENCE = 0.25, 1.5  # seconds; fzf pauses between the echo of a key and its answer
WORDS = ("garcia", "pf3a", "lon-lt")


def search_figures(data):
    out = subprocess.run([data.program("bench_search"), data.lines(data.devices, "full")], check=True, capture_output=True, text=True)
    return [line.split() for line in out.stdout.splitlines()]


def s1(data, report):
    worst = None
    for name, *values in search_figures(data):
        if not name.startswith("s1."):
            continue
        _, kind, query = name.split(".")
        ours, floor = map(float, values)
        report.note(f"S1 {kind:8} \"{query}\": {ours:.2f} ms, read {floor:.2f} ms, {ours / floor:.2f}")
        if worst is None or ours / floor > worst[0] / worst[1]:
            worst = (ours, floor, kind)
    report.ratio(f"S1 one query, worst of four ({worst[2]})", worst[0], worst[1], "one read of the same bytes", 1.5, "ms")


def s5(data, report):
    values = {name: float(v[0]) for name, *v in search_figures(data) if name.startswith("s5.") or name == "keys"}
    report.limit(f"S5 key-ID prefix among {values['keys'] / 1e6:.2f} M keys", values["s5.lookup"], values["s5.binary"], "binary search", 5.0,
                 "µs")


def typed(terminal, word, quiet):
    """Milliseconds for each key of a word."""
    terminal.start(max(quiet, 0.5))
    times = [terminal.press(key, quiet).ms for key in word]
    terminal.close()
    return times


def type_words(open_terminal, count, words, runs, quiet):
    """Per word, the median of each key."""
    found = {}
    for word in words:
        samples = [typed(open_terminal(count), word, quiet) for _ in range(runs)]
        found[word] = [median(key) for key in zip(*samples)]
    return found


def worst_key(found):
    return max(t for times in found.values() for t in times if t is not None)


def s2_s3(data, report):
    ours = type_words(data.console_on, data.devices, WORDS, 5, QUIET)
    fzf = type_words(data.fzf_on, data.devices, WORDS, 3, QUIET_REFERENCE)
    fzy = type_words(data.fzy_on, data.devices, WORDS, 3, QUIET_REFERENCE)
    for word in WORDS:
        report.note(f"S2 {word}: ours {' '.join('%.1f' % t for t in ours[word])}; fzf {' '.join('%.0f' % t for t in fzf[word])}; "
                    f"fzy {' '.join('%.0f' % t for t in fzy[word])} ms")
    report.ratio("S2 worst key, against fzf", worst_key(ours), worst_key(fzf), "fzf -e +s", 1 / 40, "ms")
    report.ratio("S2 worst key, against fzy", worst_key(ours), worst_key(fzy), "fzy", 1 / 25, "ms")
    report.ratio("S3 all keys of garcia", sum(ours["garcia"]), sum(fzf["garcia"]), "fzf -e +s", 1 / 40, "ms")


def s4(data, report):
    for count, goal in ((data.devices // 10, 1 / 40), (data.devices // 100, 1 / 15)):
        ours = type_words(data.console_on, count, WORDS, 5, QUIET)
        fzf = type_words(data.fzf_on, count, WORDS, 3, 0.6)
        report.ratio(f"S4 worst key, {count} devices", worst_key(ours), worst_key(fzf), "fzf -e +s", goal, "ms")


def memory_after(terminal, word, quiet):
    terminal.start(max(quiet, 0.5))
    for key in word:
        terminal.press(key, quiet)
    resident = terminal.memory()
    terminal.close()
    return resident / 1024


def s6(data, report):
    ours = memory_after(data.console_on(data.devices), "garcia", QUIET)
    fzf = memory_after(data.fzf_on(data.devices), "garcia", QUIET_REFERENCE)
    report.note(f"S6 {ours * 1048576 / data.devices:.0f} bytes a device, the program itself included (stretch: 100)")
    for name, *v in search_figures(data):
        if name in ("memory", "peak"):
            report.note(f"S6 built in one go with ids and keys instead of mapped: {name} {float(v[0]) / 1e6:.0f} MB")
    report.ratio("S6 resident memory after a search", ours, fzf, "fzf on the same lines", 0.55, "MiB")


def run_once(command, env=None):
    start = ptybench.now()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return (ptybench.now() - start) * 1e3


def s7(data, report):
    env = {**os.environ, **data.home(data.devices, fresh=True)}  # a list older than 15 minutes would be asked for anew
    ours, rg = [], []
    for _ in range(9):
        ours.append(run_once([data.console, "device", "list", "garcia"], env))
        rg.append(run_once(["rg", "-F", "-i", "garcia", data.lines(data.devices)]))
    report.ratio("S7 open a cached list, filter, print", median(ours), median(rg), "rg -F -i", 2.0, "ms")


ROWS = {"S1": s1, "S2": s2_s3, "S3": s2_s3, "S4": s4, "S5": s5, "S6": s6, "S7": s7}

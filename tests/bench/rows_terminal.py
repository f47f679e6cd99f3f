"""U1 to U8: the terminal."""
import ptybench
from ptybench import median

QUIET = 0.2
SMALL = 100
LIST = 10000
SIZES = ((80, 24), (200, 50))


def starts(*programs, runs=9, quiet=0.3):
    """Of each program the median milliseconds, bytes and resident KiB of the first paint; the programs take turns."""
    samples = [[] for _ in programs]
    for _ in range(runs):
        for open_terminal, found in zip(programs, samples):
            t = open_terminal()
            first = t.start(quiet)
            found.append((first.ms, len(first.data), t.memory()))
            t.close()
    return [[median(column) for column in zip(*found)] for found in samples]


def u1(data, report):
    programs = (lambda: data.console_on(LIST), lambda: data.floor_on(LIST), lambda: ptybench.Terminal(["nnn", data.folder()]),
                lambda: ptybench.Terminal(["htop"]), lambda: ptybench.Terminal(["tig"], directory=data.repository()))
    ours, floor, nnn, htop, tig = (found[0] for found in starts(*programs))
    report.ratio("U1 first screen, 10 k cached", ours, floor, "ncurses floor", 1.5, "ms")
    report.ratio("U1 the same, against nnn", ours, nnn, "nnn", 1.0, "ms")
    report.ratio("U1 the same, against htop", ours, htop, "htop", 0.1, "ms")
    report.ratio("U1 the same, against tig", ours, tig, "tig", 0.1, "ms")


def u2(data, report):
    many, few = (found[0] for found in starts(lambda: data.console_on(data.devices), lambda: data.console_on(LIST)))
    report.ratio(f"U2 first screen, {data.devices} cached", many, few, "10 k cached", 1.5, "ms")


def u3(data, report):
    ours, floor = (found[2] for found in starts(lambda: data.console_on(SMALL), lambda: data.floor_on(SMALL)))
    t = data.console_on(SMALL)
    t.start(QUIET)
    report.note(f"U3 with the processes it started, shared pages counted once: {t.memory(tree=True)} KiB")
    t.close()
    report.ratio("U3 memory at first paint", ours / 1024, floor / 1024, "ncurses floor", 2.0, "MiB")


def presses(data, size, key, times, quiet=QUIET):
    """Of the console and of the floor the median milliseconds and bytes of one key, pressed again and again, after a few that warm up. Both are
    open at the same time and take turns key by key."""
    samples = [[], []]
    for _ in range(3):
        both = [data.console_on(LIST, size), data.floor_on(LIST, size)]
        for t in both:
            t.start(0.3)
        for i in range(times + 2):
            for t, found in zip(both, samples):
                answer = t.press(key, quiet)
                if i >= 2:
                    found.append((answer.ms, len(answer.data)))
        for t in both:
            t.close()
    return [[median(column) for column in zip(*found)] for found in samples]


def u4(data, report):
    for size in SIZES:
        ours, floor = presses(data, size, "<Down>", 10)
        shape = "%dx%d" % size
        report.ratio(f"U4 one row down, {shape}", ours[0], floor[0], "ncurses floor", 1.2, "ms")
        report.limit(f"U4 its bytes, {shape}", ours[1], floor[1], "ncurses floor", 256 if size[0] == 80 else 2 * size[0] + 60, "bytes")


def u5(data, report):
    for size in SIZES:
        ours, floor = presses(data, size, "<PgDn>", 8)
        report.ratio("U5 page down, %dx%d" % size, ours[0], floor[0], "ncurses floor", 1.0, "ms")


def typed_bytes(open_terminal, word, quiet):
    t = open_terminal()
    t.start(0.5)
    worst = max(len(t.press(key, quiet).data) for key in word)
    t.close()
    return worst


def u6(data, report):
    ours = [typed_bytes(lambda s=size: data.console_on(LIST, s), "garcia", QUIET) for size in SIZES]
    fzf = typed_bytes(lambda: data.fzf_on(LIST, SIZES[1]), "garcia", 0.5)
    report.limit("U6 a search character, 80x24, worst", ours[0], None, "", 2500, "bytes")
    report.ratio("U6 the same, 200x50", ours[1], fzf, "fzf", 0.5, "bytes")


def burst(open_terminal):
    t = open_terminal()
    t.start(0.5)
    answer = t.press("<Down>" * 200, 0.4)
    t.close()
    return answer


def u7(data, report):
    name = data.name_of(200, LIST).encode()
    ours = [burst(lambda: data.console_on(LIST)) for _ in range(9)]
    htop = [burst(lambda: ptybench.Terminal(["htop"])) for _ in range(5)]
    took, reference = median([a.ms for a in ours]), median([a.ms for a in htop])
    report.line("U7 200 rows down at once", took, reference, "htop", "≤ 12 ms or ≤ 1.20", took <= 12 or took <= 1.2 * reference, "ms")
    report.limit("U7 its bytes", median([len(a.data) for a in ours]), median([len(a.data) for a in htop]), "htop", 4096, "bytes")
    kept = sum(name in a.data for a in ours)
    report.line("U7 runs that end on the right row", kept, len(ours), "runs", "all", kept == len(ours), "")


def u8(data, report):
    t = data.console_on(LIST)
    t.start(1.0)
    before = t.wakeups()
    seconds = 5
    quiet = t.listen(ptybench.now(), seconds, seconds)
    woke = t.wakeups() - before
    t.close()
    report.limit(f"U8 bytes in {seconds} idle seconds", len(quiet.data), None, "", 0, "bytes")
    report.limit(f"U8 wake-ups in {seconds} idle seconds", woke, None, "", 0, "")


ROWS = {"U1": u1, "U2": u2, "U3": u3, "U4": u4, "U5": u5, "U6": u6, "U7": u7, "U8": u8}

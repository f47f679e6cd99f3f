#!/usr/bin/python3
"""Drives a full-screen program on a pseudo-terminal and times what it writes.

    ptybench.py [--size 80x24] [--runs 5] [--quiet 300] [--type TEXT] [--idle SECONDS] -- COMMAND...

prints one line each for the start and for every key. run.py uses it as a module. A paint or an answer ends with its last
byte before `quiet` milliseconds of silence, so the silence must be longer than any pause a program makes on its way.
Keys in TEXT: plain characters, and <Down> <Up> <PgDn> <PgUp> <Enter> <Esc> <Tab> <BS>. Linux, Python 3, nothing else.
"""
import argparse
import fcntl
import os
import re
import select
import signal
import statistics
import struct
import termios
import time

KEYS = {"Up": b"\x1b[A", "Down": b"\x1b[B", "PgUp": b"\x1b[5~", "PgDn": b"\x1b[6~", "Enter": b"\r", "Esc": b"\x1b",
        "Tab": b"\t", "BS": b"\x7f"}
CURSOR_KEYS_MODE = b"\x1b[?1h"
ASKS_POSITION = b"\x1b[6n"


def now():
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Answer:
    """What came after a start or a key: seconds to the first and last byte, and the bytes."""

    def __init__(self, since):
        self.since, self.first, self.last, self.data = since, None, None, b""

    def add(self, data, at):
        self.first = at - self.since if self.first is None else self.first
        self.last = at - self.since
        self.data += data

    @property
    def ms(self):
        return None if self.last is None else self.last * 1e3


class Terminal:
    """A program on a terminal of its own. Its standard input can be a file, as `fzf < list` has it."""

    def __init__(self, command, size=(80, 24), env=None, stdin=None, directory=None):
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        told, tell = os.pipe()
        environment = {"TERM": "xterm-256color", "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": os.environ.get("HOME", "/"),
                       "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        environment.update(env or {})
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                source = os.open(stdin, os.O_RDONLY) if stdin else slave
                for target, fd in ((0, source), (1, slave), (2, slave)):
                    os.dup2(fd, target)
                if directory:
                    os.chdir(directory)
                os.write(tell, struct.pack("d", now()))
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)
        os.close(slave)
        os.close(tell)
        stamp = os.read(told, 8)
        os.close(told)
        self.started = struct.unpack("d", stamp)[0]
        self.application_keys = False
        self.ended = False
        os.set_blocking(self.master, False)

    def listen(self, since, quiet, longest=60.0):
        answer = Answer(since)
        silence = max(since, now()) + quiet
        while not self.ended and now() < silence and now() < since + longest:
            ready, _, _ = select.select([self.master], [], [], max(0.0, silence - now()))
            if not ready:
                break
            try:
                data = os.read(self.master, 1 << 16)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            at = now()
            if not data:
                self.ended = True
                break
            answer.add(data, at)
            if CURSOR_KEYS_MODE in data:
                self.application_keys = True
            if ASKS_POSITION in data:
                os.write(self.master, b"\x1b[1;1R")
            silence = at + quiet
        return answer

    def start(self, quiet):
        return self.listen(self.started, quiet)

    def press(self, keys, quiet):
        data = b""
        for name, char in re.findall(r"<(\w+)>|(.)", keys, re.S):
            code = KEYS[name] if name else char.encode()
            data += code.replace(b"\x1b[", b"\x1bO") if self.application_keys and name in ("Up", "Down") else code
        since = now()
        while data:
            try:
                data = data[os.write(self.master, data):]
            except BlockingIOError:
                select.select([], [self.master], [], 1)
        return self.listen(since, quiet)

    def tree(self):
        """This process and those it started, itself first."""
        pids = [self.pid]
        for pid in pids:
            try:
                with open(f"/proc/{pid}/task/{pid}/children") as f:
                    pids += [int(p) for p in f.read().split()]
            except OSError:
                pass
        return pids

    def memory(self, tree=False):
        """Resident KiB of the program, or the proportional sum with what it started."""
        total = 0
        for pid in self.tree() if tree else [self.pid]:
            try:
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    fields = dict(line.split(":", 1) for line in f if ":" in line)
                total += int(fields["Pss" if tree else "Rss"].split()[0])
            except (OSError, KeyError):
                pass
        return total

    def wakeups(self):
        """How often any thread of the program or of what it started has been scheduled by its own wish."""
        total = 0
        for pid in self.tree():
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/status") as f:
                        total += sum(int(line.split()[1]) for line in f if line.startswith("voluntary_ctxt"))
            except OSError:
                pass
        return total

    def close(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(self.pid, number)
            except OSError:
                pass
            end = now() + 2
            while now() < end:
                try:
                    while os.read(self.master, 1 << 16):
                        pass
                except OSError:
                    pass
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    os.close(self.master)
                    return
                time.sleep(0.005)


def tokens(text):
    return re.findall(r"<\w+>|.", text, re.S)


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", default="80x24")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--quiet", type=float, default=300)
    p.add_argument("--type", default="", dest="text")
    p.add_argument("--idle", type=float, default=0)
    p.add_argument("--stdin")
    p.add_argument("command", nargs="+")
    a = p.parse_args()
    size = tuple(int(n) for n in a.size.split("x"))
    quiet = a.quiet / 1e3
    starts, keys, idle = [], {}, []
    for _ in range(a.runs):
        t = Terminal(a.command, size, stdin=a.stdin)
        first = t.start(quiet)
        starts.append((first.ms, len(first.data), t.memory(), t.memory(tree=True)))
        for i, key in enumerate(tokens(a.text)):
            answer = t.press(key, quiet)
            keys.setdefault((i, key), []).append((answer.ms, len(answer.data)))
        if a.idle:
            before = t.wakeups()
            idle.append((len(t.listen(now(), a.idle, a.idle).data), t.wakeups() - before))
        t.close()
    show = lambda values: "  ".join("-" if m is None else "%.2f" % m for m in map(median, zip(*values)))
    print("start: ms, bytes, resident KiB, with children:", show(starts))
    for (_, key), values in keys.items():
        print("%-8s ms, bytes: %s" % (key, show(values)))
    if idle:
        print("idle: bytes, wake-ups:", show(idle))


if __name__ == "__main__":
    main()

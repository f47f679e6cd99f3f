#!/usr/bin/env python3
"""Sizes against the budgets of the house: functions (median 16, 95th percentile 50, none over 80 lines), files (500 lines)."""
import statistics
import subprocess
import sys

files = subprocess.run(["git", "ls-files", "tui/*.[ch]", "api-client/*.[ch]", "escrowd/*.[ch]"], capture_output=True, text=True,
                       check=True).stdout.split()
bad = 0
for name in files:
    lines = sum(1 for _ in open(name, encoding="utf-8"))
    if lines > 500:
        bad += 1
        print("%s: %d lines" % (name, lines))
tags = subprocess.run(["ctags", "--fields=+ne", "--c-kinds=f", "-o", "-"] + [f for f in files if f.endswith(".c")],
                      capture_output=True, text=True, check=True).stdout
sizes = []
for row in tags.splitlines():
    if row.startswith("!"):
        continue
    fields = row.split("\t")
    span = {k: int(v) for k, _, v in (f.partition(":") for f in fields[3:]) if k in ("line", "end") and v.isdigit()}
    if "line" in span and "end" in span:
        sizes.append(span["end"] - span["line"] + 1)
        if sizes[-1] > 80:
            bad += 1
            print("%s: %s has %d lines" % (fields[1], fields[0], sizes[-1]))
if sizes:
    sizes.sort()
    print("%d files, %d functions: median %d lines, 95th percentile %d, longest %d" % (
        len(files), len(sizes), statistics.median(sizes), sizes[int(len(sizes) * 0.95)], sizes[-1]))
sys.exit(1 if bad else 0)

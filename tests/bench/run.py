#!/usr/bin/python3
"""Measures the figures and prints them: figure | ours | reference | ratio | goal | holds?

    run.py --build build [--devices 1000000] [--verbose] [ROW...]       (S1 … S7, U1 … U8, N1 …, E1 …; all without a name)

A goal is a ratio against the reference, measured in the same run, or a plain limit. A row that does not hold is measured
once more before it is called a miss. Ends with status 1 where a row does not hold.
"""
import argparse
import importlib
import sys

import data as bench_data

MODULES = ("rows_search", "rows_terminal", "rows_network", "rows_escrowd")


class Report:
    def __init__(self, verbose):
        self.verbose, self.lines, self.notes = verbose, [], []

    def note(self, text):
        self.notes.append(text)

    def line(self, figure, ours, reference, what, goal, holds, unit):
        show = lambda v: "-" if v is None else ("%.3g" if abs(v) < 100 else "%.0f") % v + (" " + unit if unit else "")
        ratio = "-" if not reference else "%.3g" % (ours / reference)
        against = show(reference) + (f" ({what})" if what else "")
        self.lines.append((f"{figure} | {show(ours)} | {against} | {ratio} | {goal} | {'yes' if holds else 'NO'}", holds))

    def ratio(self, figure, ours, reference, what, most, unit):
        goal = "≤ 1/%g" % round(1 / most) if most < 0.2 else "≤ %.2f" % most
        self.line(figure, ours, reference, what, goal, ours <= most * reference, unit)

    def ratio_least(self, figure, ours, reference, what, least, unit):
        self.line(figure, ours, reference, what, "≥ %.2f" % least, ours >= least * reference, unit)

    def limit(self, figure, ours, reference, what, most, unit):
        self.line(figure, ours, reference, what, f"≤ {most:g}{' ' + unit if unit else ''}", ours <= most, unit)

    def least(self, figure, ours, least, unit):
        self.line(figure, ours, None, "", f"≥ {least:g}{' ' + unit if unit else ''}", ours >= least, unit)


def measure(function, data, verbose):
    for again in (False, True):
        report = Report(verbose)
        function(data, report)
        if all(holds for _, holds in report.lines) or again:
            return report
    return report


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--devices", type=int, default=1000000)
    p.add_argument("--verbose", action="store_true", help="print what the rows are made of, too")
    p.add_argument("rows", nargs="*")
    a = p.parse_args()
    rows = {}
    for name in MODULES:
        rows.update(importlib.import_module(name).ROWS)
    unknown = [r for r in a.rows if r not in rows]
    if unknown:
        sys.exit(f"There is no row {', '.join(unknown)}. Rows: {' '.join(rows)}")
    data = bench_data.Data(a.build, a.devices)
    done, missed = set(), 0
    print("figure | ours | reference | ratio | goal | holds?", flush=True)
    for row in a.rows or rows:
        if rows[row] in done:
            continue
        done.add(rows[row])
        report = measure(rows[row], data, a.verbose)
        for text, holds in report.lines:
            print(text, flush=True)
            missed += not holds
        for note in report.notes if a.verbose else []:
            print("    " + note, flush=True)
    if missed:
        print(f"{missed} figures do not hold (each measured twice)")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

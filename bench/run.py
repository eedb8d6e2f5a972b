"""Measures, and prints one table of ratios: run.py BUILD [measure...] [--rounds N] [--markdown] [--list]"""

import argparse
import os
import pathlib
import platform
import statistics
import sys

import launch_steps
from measures import MEASURES
from processes import Programs


def number(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def spread(values):
    return f"{number(min(values))}..{number(max(values))}"


class Result:
    """The rounds of one measure: ours, then the peer, and so on."""

    def __init__(self, measure, programs, rounds):
        self.measure = measure
        self.ours, self.peer = [], []
        for _ in range(rounds * measure.times):
            self.ours.append(measure.ours(programs))
            if measure.peer:
                self.peer.append(measure.peer(programs))
        others = self.peer or self.ours
        self.figures = [measure.compare(a.value, b.value) for a, b in zip(self.ours, others)]
        self.figure = statistics.median(self.figures)
        self.reached = measure.reached(self.figure)

    def side(self, samples):
        if not samples:
            return ""
        values = [sample.value for sample in samples]
        return f"{number(statistics.median(values))} {samples[0].unit} ({spread(values)})"

    def compared(self):
        form = self.measure.figure.format
        return f"{form(self.figure)} {self.measure.unit} ({form(min(self.figures))}..{form(max(self.figures))})"

    def verdict(self):
        return "yes" if self.reached else "NO"

    def details(self):
        for who, samples in (("ours", self.ours), ("peer", self.peer)):
            for name in samples[0].details if samples else ():
                values = [sample.details[name][0] for sample in samples]
                unit = samples[0].details[name][1]
                yield f"{self.measure.name}, {who}: {name} {number(statistics.median(values))} {unit} ({spread(values)})"


def machine():
    cpu = next(
        (line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().split("\n") if "model name" in line),
        platform.machine(),
    )
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, {cpu}, Linux {platform.release()}; load {load}"


def print_text(results):
    rows = [["measure", "beside its peer", "to reach", "reached", "ours: median (min..max)", "peer: median (min..max)"]]
    for result in results:
        sides = result.side(result.ours), result.side(result.peer)
        rows.append([result.measure.name, result.compared(), result.measure.target, result.verdict(), *sides])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def print_markdown(results):
    print("| measure | ours | peer | ours beside it | to reach | reached |")
    print("| --- | --- | --- | --- | --- | --- |")
    for result in results:
        measure = result.measure
        peer = f"{measure.peer_title}: {result.side(result.peer)}" if measure.peer else "none"
        cells = [measure.title, result.side(result.ours), peer, result.compared(), measure.target, result.verdict()]
        print(f"| {' | '.join(cells)} |")


def is_meant(name, asked):
    return name == asked or name.startswith(f"{asked}-")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description="Measures scoop beside named peers.")
    names = [measure.name for measure in MEASURES]
    parser.add_argument("build", help=argparse.SUPPRESS)
    some = f"all, or some of: {', '.join(names)}; launch stands for launch-1, too, and so on"
    parser.add_argument("measures", nargs="*", metavar="measure", help=some)
    parser.add_argument("--rounds", type=int, default=5, help="at least so many runs of each side; 5 without it")
    parser.add_argument("--markdown", action="store_true", help="print a table for docs/performance.md")
    options = parser.parse_intermixed_args()
    unknown = [asked for asked in options.measures if not any(is_meant(name, asked) for name in names)]
    if unknown:
        parser.error(f"no such measure: {unknown[0]}; there are {', '.join(names)}")
    return options


def main():
    options = parse_arguments()
    programs = Programs(options.build)
    asked = options.measures
    chosen = [one for one in MEASURES if not asked or any(is_meant(one.name, each) for each in asked)]
    print(f"{machine()} (before)\n{options.rounds} rounds of each: ours, peer, ours, peer, ...", flush=True)
    results = []
    for measure in chosen:
        print(f"measuring {measure.name}", file=sys.stderr, flush=True)
        results.append(Result(measure, programs, max(1, options.rounds)))
    print(f"{machine()} (after)\n")
    (print_markdown if options.markdown else print_text)(results)
    print("\nDetails: median (min..max)")
    for result in results:
        for line in result.details():
            print(f"  {line}")
    if any(measure.name == "launch" for measure in chosen):
        print("\nWhere the time of one launch goes, as strace sees it (it adds a little):")
        for step, milliseconds, share in launch_steps.table(programs):
            print(f"  {milliseconds:6.2f} ms {share:3.0f} %  {step}")
    reached = sum(result.reached for result in results)
    print(f"\n{reached} of {len(results)} measures reach their target.")


if __name__ == "__main__":
    main()

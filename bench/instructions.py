"""Counts the instructions of the hot paths with callgrind: instructions.py BUILD. Fails where one needs more than its
limit allows. Counts do not depend on how busy the machine is, but on compiler and flags."""

import pathlib
import re
import subprocess
import sys

from processes import Programs

LIMITS = pathlib.Path(__file__).with_name("instruction_limits.txt")
TOLERANCE = 1.05
# So that both, and their difference, are whole numbers of trees and of chunks.
FEW, MANY = 1022 * 100, 1022 * 300


def limits():
    lines = (line.split("#")[0].split() for line in LIMITS.read_text().splitlines())
    return {words[0]: float(words[1]) for words in lines if words}


def instructions(programs, path, count):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *programs.without_pool("hot_paths", path, count)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        raise SystemExit(f"{' '.join(command)}: ended with status {done.returncode}\n{done.stderr}")
    return int(collected[1])


def main():
    programs = Programs(sys.argv[1])
    failed = False
    print(f"{'hot path':<10} {'instructions':>12} {'limit':>8}")
    for path, limit in limits().items():
        # The difference of two sizes leaves out what the start takes.
        each = (instructions(programs, path, MANY) - instructions(programs, path, FEW)) / (MANY - FEW)
        too_many = each > limit * TOLERANCE
        failed = failed or too_many
        verdict = "TOO MANY" if too_many else "lower the limit?" if each * TOLERANCE < limit else ""
        print(f"{path:<10} {each:12.1f} {limit:8.1f}  {verdict}".rstrip(), flush=True)
    if failed:
        print(f"A hot path needs more than 5 % more instructions than {LIMITS.name} allows.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Where the time of one scoop-launch goes: when its processes start programs and end, as strace sees it."""

import os
import re
import statistics
import subprocess
import tempfile

RUNS = 11
EVENT = re.compile(r"(\d+) +([\d.]+) (execve|access|exit_group)\((.*)")


def trace(command):
    """Seconds of each event of one run. Only the calls that are traced stop the program, so it is hardly slowed down."""
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run(
            ["strace", "-f", "--seccomp-bpf", "-ttt", "-e", "trace=execve,access,exit_group", "-o", log.name, *command],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        lines = log.read().splitlines()
    events, origin, launcher = {}, None, None
    for line in lines:
        match = EVENT.match(line)
        if not match:
            continue
        pid, when, call, arguments = match[1], float(match[2]), match[3], match[4]
        if call == "execve":
            name = os.path.basename(arguments.split('"')[1])
            if name == "scoop-worker":
                name = "daemon" if "--host" in arguments else "worker"
            launcher = launcher or pid
            events.setdefault(f"{name} exec", when)
        elif call == "access" and "scoop-bench: main" in arguments:
            origin = pid
            events["main begins" if "begins" in arguments else "main ends"] = when
        elif call == "exit_group" and pid in (origin, launcher):
            events["origin exits" if pid == origin else "launcher exits"] = when
    return events


STEPS = [
    ("scoop-launch loads, reads its options, makes the run directory", "scoop-launch exec", "daemon exec"),
    ("the daemon loads and starts the first worker", "daemon exec", "worker exec"),
    ("the origin loads libraries and program, joins the pool", "worker exec", "main begins"),
    ("main with its map", "main begins", "main ends"),
    ("the origin ends", "main ends", "origin exits"),
    ("the others end, all is cleaned up", "origin exits", "launcher exits"),
]


def table(programs):
    runs = [trace(programs.pool(2, "one_map")) for _ in range(RUNS)]
    times = [statistics.median(run[end] - run[begin] for run in runs) * 1e3 for _, begin, end in STEPS]
    return [(step[0], time, time / sum(times) * 100) for step, time in zip(STEPS, times)]

"""Running the measuring programs, and what /proc knows of processes."""

import atexit
import dataclasses
import functools
import os
import pathlib
import subprocess
import threading
import time

from ssh_hosts import SshHosts

LIMIT_SECONDS = 300


@dataclasses.dataclass
class Sample:
    """What one run of a program printed: its measure, and details by name."""

    value: float
    unit: str
    details: dict


def parse(output):
    lines = [line.split() for line in output.splitlines() if line.strip()]
    figures = [(name, float(value), unit) for name, value, unit in lines]
    _, value, unit = figures[0]
    return Sample(value, unit, {name: (number, its_unit) for name, number, its_unit in figures[1:]})


class Programs:
    """The programs of one build."""

    def __init__(self, build):
        self.folder = pathlib.Path(build).resolve()

    def plugin(self, name):
        return self.folder / "bench" / f"bench_{name}.so"

    def pool(self, workers, program, *arguments):
        launch = self.folder / "bin/scoop-launch", "-q", "-n", workers, self.plugin(program)
        return [str(word) for word in (*launch, *arguments)]

    @functools.cached_property
    def hosts(self):
        """All that any measure needs. They vanish with this process."""
        hosts = SshHosts(32)
        atexit.register(hosts.stop)
        return hosts

    def over_hosts(self, count, options, program, *arguments):
        """A pool of one worker on each of so many hosts, all of them reached by ssh."""
        hosts = "--ssh-executable", self.hosts.ssh, "--hosts", ",".join(f"{name}:1" for name in self.hosts.names[:count])
        launch = self.folder / "bin/scoop-launch", *options, *hosts, self.plugin(program)
        return [str(word) for word in (*launch, *arguments)]

    def peer(self, program, *arguments):
        return [str(word) for word in (self.folder / "bench" / f"peer_{program}", *arguments)]

    def without_pool(self, program, *arguments):
        return [str(word) for word in (self.folder / "bench/call_main", self.plugin(program), *arguments)]


def start(command, **streams):
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **({"stdin": subprocess.DEVNULL} | streams))


def finish(process):
    """The output of a process that was started; whatever goes wrong ends the measurement."""
    try:
        output, _ = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.communicate()
        raise SystemExit(f"{' '.join(process.args)}: not done after {LIMIT_SECONDS} s")
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(process.args)}: ended with status {process.returncode}")
    return output


def run(command):
    return parse(finish(start(command)))


# The hosts share this machine's file system, so that nothing would be sent, and nothing looked for in their caches.
ALWAYS_SHIP = os.environ | {"SCOOP_ALWAYS_SHIP": "1"}


def run_over_hosts(command):
    return parse(finish(start(command, env=ALWAYS_SHIP)))


def seconds_until_ready(command, workers):
    """From the start of scoop-launch -v to its line about the last worker. The program waits for the end of its input."""
    begin = time.monotonic()
    process = start(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=ALWAYS_SHIP)
    limit = threading.Timer(LIMIT_SECONDS, process.kill)
    limit.start()
    ready, said, seconds = 0, "", None
    for line in process.stderr:
        said += line
        ready += " worker_ready " in line
        if ready == workers and seconds is None:
            seconds = time.monotonic() - begin
            process.stdin.close()
    limit.cancel()
    if process.wait() != 0 or seconds is None:
        raise SystemExit(f"{' '.join(command)}: {ready} of {workers} workers, status {process.returncode}\n{said}")
    return seconds


def memory_of(pid):
    """RSS and Pss in bytes."""
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().split()
    return tuple(int(rollup[rollup.index(word) + 1]) * 1024 for word in ("Rss:", "Pss:"))


def family_of(pid):
    """The process and all below it."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    family = [pid]
    for member in family:
        family += children.get(member, [])
    return family


def cpu_seconds_of(pids):
    """Time on a processor of all their threads, to the nanosecond; utime and stime of stat count in steps of 10 ms."""
    schedstats = [stat for pid in pids for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(stat.read_text().split()[0]) for stat in schedstats) / 1e9

"""Running the measuring programs, and what /proc knows of processes."""

import dataclasses
import pathlib
import subprocess

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

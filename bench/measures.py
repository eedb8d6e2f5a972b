"""What is measured, beside what, and what is to be reached."""

import concurrent.futures
import dataclasses
import functools
import time
import typing

from processes import (
    Sample,
    cpu_seconds_of,
    family_of,
    finish,
    memory_of,
    parse,
    run,
    run_over_hosts,
    seconds_until_ready,
    start,
)


@dataclasses.dataclass(frozen=True)
class Measure:
    name: str
    title: str
    peer_title: str
    target: str
    ours: typing.Callable  # Programs -> Sample
    peer: typing.Callable  # Programs -> Sample; None: there is none
    compare: typing.Callable  # ours, peer -> figure
    figure: str  # its form
    unit: str
    reached: typing.Callable  # figure -> bool
    times: int = 1  # as many rounds as asked for, times this


def pool(workers, program, *arguments):
    return lambda programs: run(programs.pool(workers, program, *arguments))


def peer(program, *arguments):
    return lambda programs: run(programs.peer(program, *arguments))


def inverse_ratio(ours, other):
    return other / ours


def ratio(ours, other):
    return ours / other


def difference(ours, other):
    return ours - other


def two_single_pools(programs):
    """Two runs with one worker at the same time; the time of one, as their joint rate has it."""
    both = [start(programs.pool(1, "fibonacci", FIBONACCI)) for _ in range(2)]
    seconds = [parse(finish(process)).value for process in both]
    return Sample(2 / sum(1 / each for each in seconds), "s", {})


@functools.cache
def steps_of(seconds, programs):
    """Steps of arithmetic that take so long: the same for all, found out once."""
    return int(run(programs.peer("two_processes", "calibrate", seconds)).value)


def even_tasks(programs):
    return run(programs.pool(2, "even_tasks", 200, steps_of(0.01, programs)))


def two_processes(programs, seconds):
    """200 tasks of this length, half of them by each process."""
    return run(programs.peer("two_processes", 200, steps_of(seconds, programs)))


def long_task(place, most):
    """0.5 s among 100 tasks of 5 ms; two processes with 0.5 s each are the optimum."""
    return Measure(
        f"long-{place}",
        f"0.5 s and 100 tasks of 5 ms, the long one {place}",
        "two forked processes, 0.5 s each",
        f"at most {most} times",
        lambda programs: run(programs.pool(2, "long_tasks", place, steps_of(0.005, programs))),
        lambda programs: two_processes(programs, 0.005),
        ratio,
        "{:.3f}",
        "times",
        lambda times: times <= most,
    )


def whole_launch(programs):
    return run(programs.peer("spawn_time", 1, *programs.pool(2, "one_map")))


def five_spawns(programs):
    return run(programs.peer("spawn_time", 5, *programs.peer("empty")))


@functools.cache
def fill_caches(programs):
    """Of all hosts, as a first run does."""
    launch_over(32, programs)


def launch_over(hosts, programs):
    seconds = seconds_until_ready(programs.over_hosts(hosts, ["-v", "--require-all"], "hold"), hosts)
    return Sample(seconds, "s", {})


def logins(hosts, programs):
    """As many at once as scoop-launch has."""
    at_once = 32  # HostStarts::Settings::at_once
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(at_once) as threads:
        commands = [programs.hosts.login(name) for name in programs.hosts.names[:hosts]]
        list(threads.map(lambda command: finish(start(command)), commands))
    return Sample(time.monotonic() - begin, "s", {})


def launch_by_ssh(hosts):
    def ours(programs):
        fill_caches(programs)
        return launch_over(hosts, programs)

    name = f"{hosts} host{'s' if hosts > 1 else ''}"
    return Measure(
        f"launch-{hosts}",
        f"{name}, one worker each, warm caches: until all workers are ready",
        f"ssh to {name} at once, each running true",
        "at most 1.5 times",
        ours,
        lambda programs: logins(hosts, programs),
        ratio,
        "{:.2f}",
        "times",
        lambda times: times <= 1.5,
    )


def remote_tasks(*options):
    return lambda programs: run_over_hosts(programs.over_hosts(2, ["-q", *options], "empty_tasks"))


def memory_sample(pid):
    rss, pss = memory_of(pid)
    return Sample(rss / 1e6, "MB", {"pss": (pss / 1e6, "MB")})


def worker_memory(programs):
    process = start(programs.pool(2, "idle", 1.5))
    pid = int(parse(process.stdout.readline()).value)
    time.sleep(0.5)
    sample = memory_sample(pid)
    finish(process)
    return sample


def empty_memory(programs):
    process = start(programs.peer("empty", "wait"), stdin=-1)  # -1: a pipe
    time.sleep(0.2)
    sample = memory_sample(process.pid)
    finish(process)
    return sample


def idle_share(programs, *mode):
    """CPU of all processes of an idle pool of 4, in percent of a core."""
    process = start(programs.pool(4, "idle", 11.5, *mode))
    process.stdout.readline()
    time.sleep(1)
    family = family_of(process.pid)
    begin, used = time.monotonic(), cpu_seconds_of(family)
    time.sleep(10)
    share = (cpu_seconds_of(family) - used) / (time.monotonic() - begin) * 100
    finish(process)
    return share


def idle_cpu(programs):
    in_task, in_main = idle_share(programs, "task"), idle_share(programs)
    return Sample(max(in_task, in_main), "%", {"a_task_sleeps": (in_task, "%"), "main_sleeps": (in_main, "%")})


FIBONACCI = 40  # 331 million tasks

MEASURES = [
    Measure(
        "nested",
        "nested fibonacci, spawn + result, other worker in a long task",
        "oneTBB task_group, one thread",
        "at least 5 times its rate; aim: 25 ns",
        pool(2, "nested"),
        peer("tbb_nested"),
        inverse_ratio,
        "{:.1f}",
        "times",
        lambda times: times >= 5,
    ),
    Measure(
        "fibonacci",
        f"fibonacci({FIBONACCI}) on 2 workers",
        "two one-worker runs at the same time",
        "at least 75 % of their rate; aim: 85 %",
        pool(2, "fibonacci", FIBONACCI),
        two_single_pools,
        lambda ours, each: each / 2 / ours * 100,
        "{:.0f}",
        "%",
        lambda percent: percent >= 75,
    ),
    Measure(
        "map",
        "map(square, iota(0, 1'000'000)), collected",
        "plain loop into a vector",
        "at most 8 ms more",
        pool(2, "map_squares"),
        peer("loops", "map"),
        difference,
        "{:+.2f}",
        "ms",
        lambda more: more <= 8,
    ),
    Measure(
        "submits",
        "1'000'000 submits, then all results",
        "raw ZeroMQ broker, one task a message, window 1000",
        "at least 8 times its rate",
        pool(2, "submits"),
        peer("zmq_submits", 200_000, 2),
        ratio,
        "{:.1f}",
        "times",
        lambda times: times >= 8,
    ),
    Measure(
        "round-trip",
        "one submit run by the other worker, loop on done()",
        "raw ZeroMQ DEALER-ROUTER-DEALER over ipc",
        "at most its median; aim: half",
        pool(2, "round_trip", 4000),
        peer("zmq_round_trip", 4000),
        ratio,
        "{:.2f}",
        "times",
        lambda times: times <= 1,
    ),
    Measure(
        "map-reduce",
        "mapReduce(product, sum) over 1'000'000 pairs",
        "serial loop",
        "at most 5 ms more",
        pool(2, "map_reduce"),
        peer("loops", "reduce"),
        difference,
        "{:+.2f}",
        "ms",
        lambda more: more <= 5,
    ),
    Measure(
        "even-tasks",
        "200 tasks of 10 ms",
        "two forked processes, half each",
        "at least 95 % of their rate",
        even_tasks,
        lambda programs: two_processes(programs, 0.01),
        lambda ours, other: other / ours * 100,
        "{:.1f}",
        "%",
        lambda percent: percent >= 95,
    ),
    long_task("first", 1.1),
    long_task("middle", 1.575),  # 1.05 x (sum + longest) / 2
    long_task("last", 1.575),
    Measure(
        "launch",
        "scoop-launch -n 2 of a program with one map",
        "5 fork + exec of an empty program, same libraries",
        "at most 3 times",
        whole_launch,
        five_spawns,
        ratio,
        "{:.2f}",
        "times",
        lambda times: times <= 3,
        times=4,
    ),
    launch_by_ssh(1),
    launch_by_ssh(8),
    launch_by_ssh(32),
    Measure(
        "curve",
        "empty tasks submitted on one of two hosts, run by the other",
        "the same with --insecure",
        "at most 1.3 times its time",
        remote_tasks(),
        remote_tasks("--insecure"),
        inverse_ratio,
        "{:.2f}",
        "times",
        lambda times: times <= 1.3,
        times=3,
    ),
    Measure(
        "worker-memory",
        "memory of an idle worker, RSS",
        "empty process, same libraries",
        "at most 4 MB more",
        worker_memory,
        empty_memory,
        difference,
        "{:+.2f}",
        "MB",
        lambda more: more <= 4,
    ),
    Measure(
        "future-memory",
        "1'000'000 live futures of int and their vector",
        "1'000'000 heap nodes of 64 bytes and their vector",
        "at most 2 times",
        pool(2, "live_futures"),
        peer("heap_nodes"),
        ratio,
        "{:.2f}",
        "times",
        lambda times: times <= 2,
    ),
    Measure(
        "idle-cpu",
        "CPU of an idle pool of 4",
        "",
        "under 1 % of a core",
        idle_cpu,
        None,
        lambda ours, _: ours,
        "{:.2f}",
        "%",
        lambda percent: percent < 1,
    ),
    Measure(
        "vectors",
        "4 MiB of doubles to the other worker and back",
        "raw ZeroMQ over ipc, same sizes",
        "at least 0.9 times its rate",
        pool(2, "vectors"),
        peer("zmq_vectors"),
        ratio,
        "{:.2f}",
        "times",
        lambda times: times >= 0.9,
    ),
]

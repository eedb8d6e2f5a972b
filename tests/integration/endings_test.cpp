// How runs end that do not go well: signals, deaths, kill -9 of each process; and that nothing stays behind.
#include <doctest/doctest.h>
#include <signal.h>

#include "integration/pool_run.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

/// A run whose main is inside `act`.
struct BegunRun : PoolRun {
  explicit BegunRun(std::vector<std::string> act, std::vector<std::string> options = {"-n", "3"})
      : PoolRun(join(std::move(options), std::move(act))) {
    REQUIRE(wait_for_output("begun\n"));
  }

  static std::vector<std::string> join(std::vector<std::string> options, std::vector<std::string> act) {
    options.push_back(ACTS_PLUGIN);
    options.insert(options.end(), act.begin(), act.end());
    return options;
  }
};

Outcome kill_and_wait(BegunRun& run, pid_t victim, int signal) {
  ::kill(victim, signal);
  return run.wait();
}

/// The origin too, the daemon not.
std::vector<pid_t> find_workers(const PoolRun& run) {
  auto found = run.find("scoop-worker ");
  const auto daemons = run.find("scoop-worker --host");
  std::erase_if(found, [&](pid_t pid) { return std::ranges::find(daemons, pid) != daemons.end(); });
  return found;
}

/// The origin is the one that stays in the launcher's process group. It may run before the others have begun to.
std::vector<pid_t> wait_for_others(BegunRun& run, std::size_t count) {
  std::vector<pid_t> workers;
  REQUIRE(wait_until([&] {
    workers = find_workers(run);
    std::erase_if(workers, [&](pid_t pid) { return ::getpgid(pid) == ::getpgid(run.process().pid()); });
    return workers.size() == count;
  }));
  return workers;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t result = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++result;
  return result;
}

}  // namespace

TEST_CASE("A signal to the launcher ends the run with 128 and its number") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    BegunRun run({"wait"});
    const auto outcome = kill_and_wait(run, run.process().pid(), signal);
    CAPTURE(outcome);
    CHECK(outcome.status == 128 + signal);
    CHECK(count(outcome.err, "Got signal " + std::to_string(signal)) == 1);
    CHECK(outcome.err.find("Finished cleaning spawned subprocesses.") != std::string::npos);
    CHECK(run.leaves_nothing());
  }
}

TEST_CASE("A program may clean up when it is told to end") {
  BegunRun run({"polite"});
  const auto outcome = kill_and_wait(run, run.process().pid(), SIGTERM);
  CHECK(outcome.status == 143);
  CHECK(outcome.out == "begun\ncleaned\n");
  CHECK(run.leaves_nothing());
}

TEST_CASE("A program that does not end is killed after 2 s, or at the second signal") {
  {
    BegunRun run({"deaf"});
    const auto begin = std::chrono::steady_clock::now();
    const auto outcome = kill_and_wait(run, run.process().pid(), SIGTERM);
    const auto time = std::chrono::steady_clock::now() - begin;
    CHECK(outcome.status == 143);
    CHECK(time >= 2s);
    CHECK(time < 5s);
    CHECK(run.leaves_nothing());
  }
  {
    BegunRun run({"deaf"});
    const auto begin = std::chrono::steady_clock::now();
    run.process().signal(SIGTERM);
    REQUIRE(wait_until([&] { return run.process().err().find("Got signal 15") != std::string::npos; }));
    run.process().signal(SIGINT);
    const auto outcome = run.wait();
    CHECK(outcome.status == 130);
    CHECK(std::chrono::steady_clock::now() - begin < 1900ms);
    CHECK(run.leaves_nothing());
  }
}

TEST_CASE("The origin's death by a signal is told, and gives 128 and its number") {
  for (const int signal : {SIGSEGV, SIGABRT, SIGKILL}) {
    PoolRun run({"-q", "-n", "2", ACTS_PLUGIN, "raise", std::to_string(signal)});
    const auto outcome = run.wait();
    CAPTURE(outcome);
    CHECK(outcome.status == 128 + signal);
    CHECK(outcome.err.find("The origin was killed by signal " + std::to_string(signal) + " (") != std::string::npos);
    CHECK(run.leaves_nothing());
  }
}

TEST_CASE("An exception that leaves main is told, and gives 134") {
  PoolRun run({"-q", "-n", "2", THROWER_PLUGIN});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 134);
  CHECK(outcome.err.find("std::runtime_error") != std::string::npos);
  CHECK(outcome.err.find("nobody catches this") != std::string::npos);
}

TEST_CASE("kill -9 of the launcher leaves no process and no file") {
  BegunRun run({"litter", "1"});
  REQUIRE(wait_until([&] { return run.find("sleep 1000").size() >= 2; }));
  const auto outcome = kill_and_wait(run, run.process().pid(), SIGKILL);
  CHECK(outcome.signal == SIGKILL);
  CHECK(run.leaves_nothing());
}

TEST_CASE("kill -9 of the broker ends the run with 125") {
  BegunRun run({"litter", "1"}, {"-q", "-n", "3"});
  const auto brokers = run.find("scoop-broker");
  REQUIRE(brokers.size() == 1);
  const auto outcome = kill_and_wait(run, brokers[0], SIGKILL);
  CAPTURE(outcome);
  CHECK(outcome.status == 125);
  CHECK(count(outcome.err, "The broker was killed by signal 9 (Killed); the run ends.") == 1);
  CHECK(run.leaves_nothing());
}

TEST_CASE("kill -9 of the daemon ends the run with 125") {
  BegunRun run({"litter", "1"}, {"-q", "-n", "3"});
  const auto daemons = run.find("scoop-worker --host");
  REQUIRE(daemons.size() == 1);
  const auto outcome = kill_and_wait(run, daemons[0], SIGKILL);
  CAPTURE(outcome);
  CHECK(outcome.status == 125);
  CHECK(count(outcome.err, "The daemon of 127.0.0.1 was killed by signal 9 (Killed); the run ends.") == 1);
  CHECK(run.leaves_nothing());
}

TEST_CASE("kill -9 of everything at once leaves nothing for good") {
  BegunRun run({"wait"});
  for (const pid_t pid : run.process().family()) ::kill(pid, SIGKILL);
  run.wait();
  CHECK(wait_until([&] { return run.process().family().empty(); }, 2s));
  // The next run in the same place clears up.
  Command next;
  next.argv = {SCOOP_LAUNCH, "-q", "-n", "1", ACTS_PLUGIN};
  next.env["SCOOP_RUNTIME_DIR"] = run.runtime();
  CHECK(scoop::test::run(next).status == 0);
  CHECK(std::filesystem::is_empty(run.runtime()));
}

TEST_CASE("kill -9 of a worker that is not the origin is told, and the run goes on") {
  BegunRun run({"polite"});
  ::kill(wait_for_others(run, 2)[0], SIGKILL);
  REQUIRE(wait_until([&] {
    return run.process().err().find(" was killed by signal 9 (Killed); its tasks go to other workers.") !=
           std::string::npos;
  }));
  CHECK(run.process().is_running());
  CHECK(find_workers(run).size() == 2);
  const auto outcome = kill_and_wait(run, run.process().pid(), SIGTERM);
  CHECK(outcome.status == 143);
  CHECK(run.leaves_nothing());
}

TEST_CASE("A worker that is silent for too long is told, and ends when it learns of it") {
  BegunRun run({"polite"}, {"-v", "-n", "2", "--lost-after", "500ms"});
  const pid_t silent = wait_for_others(run, 1)[0];
  // Before it has joined, nobody waits for it.
  REQUIRE(wait_until([&] { return run.process().err().find("worker_ready id=h0.s1.1") != std::string::npos; }));
  ::kill(silent, SIGSTOP);
  const bool is_told =
      wait_until([&] { return run.process().err().find("w1@127.0.0.1 was silent for ") != std::string::npos; });
  ::kill(silent, SIGCONT);
  CHECK(is_told);
  CHECK(wait_until([&] { return find_workers(run).size() == 1; }));
  CHECK(run.process().err().find("longer than --lost-after allows; its tasks go to other workers.") !=
        std::string::npos);
  CHECK(kill_and_wait(run, run.process().pid(), SIGTERM).status == 143);
  CHECK(run.leaves_nothing());
}

TEST_CASE("A run that is ended while it starts leaves no process") {
  for (int delay_us = 0; delay_us <= 40'000; delay_us += 1'000) {
    PoolRun run({"-q", "-n", "2", ACTS_PLUGIN, "wait"});
    ::usleep(static_cast<unsigned>(delay_us));
    const int signal = delay_us % 2'000 == 0 ? SIGTERM : SIGKILL;
    run.process().signal(signal);
    const auto outcome = run.wait();
    CAPTURE(outcome);
    // Before the launcher has blocked signals it may die of one as any program.
    CHECK((outcome.signal == signal || outcome.status == 143));
    CHECK(wait_until([&] { return run.process().family().empty(); }, 2s));
    // Killed before its daemon knew of it, a run directory waits for the next start.
    if (signal == SIGTERM) CHECK(run.leaves_nothing());
  }
}

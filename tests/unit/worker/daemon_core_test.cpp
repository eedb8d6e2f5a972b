#include "worker/daemon/daemon_core.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

control::Start start_of(std::uint16_t workers) {
  control::Start start;
  start.run.run_directory = "/tmp/scoop-1/run-1";
  start.run.arguments = {"a", "b"};
  start.run.pool_size = 7;
  start.host = 2;
  start.host_name = "node7";
  start.first_worker = 4;
  start.workers = workers;
  start.has_origin = true;
  return start;
}

/// A core with what it did last, and a clock.
struct Bench {
  DaemonCore core{8};
  TimePoint now{};
  DaemonActions actions;

  void tell(const control::ToDaemon& message) {
    actions.clear();
    core.on_message(message, now, actions);
  }
  void ended(Slot slot, LossCause cause) {
    actions.clear();
    core.on_worker_ended(slot, cause, actions);
  }
  void pass(Duration time) {
    now += time;
    actions.clear();
    core.on_tick(now, actions);
  }

  template <class Action>
  std::vector<Action> all() const {
    std::vector<Action> result;
    for (const auto& action : actions) {
      if (const auto* found = std::get_if<Action>(&action)) result.push_back(*found);
    }
    return result;
  }
  template <class Message>
  std::vector<Message> told() const {
    std::vector<Message> result;
    for (const auto& action : all<TellLauncher>()) {
      if (const auto* found = std::get_if<Message>(&action.message)) result.push_back(*found);
    }
    return result;
  }
  std::vector<std::pair<int, int>> signals() const {
    std::vector<std::pair<int, int>> result;
    for (const auto& action : all<SignalWorker>()) result.emplace_back(action.slot, action.signal);
    return result;
  }
};

using Signals = std::vector<std::pair<int, int>>;

}  // namespace

TEST_CASE("DaemonCore starts one worker a slot, each with its name, number and place") {
  Bench bench;
  bench.tell(start_of(3));
  REQUIRE(bench.told<control::HostReady>().size() == 1);
  CHECK(bench.told<control::HostReady>()[0].cores == 8);
  const auto spawns = bench.all<SpawnWorker>();
  REQUIRE(spawns.size() == 3);
  for (Slot slot = 0; slot < 3; ++slot) {
    CHECK(spawns[slot].slot == slot);
    CHECK(spawns[slot].plan.id == WorkerId{2, slot, 1});
    CHECK(spawns[slot].plan.name == "w" + std::to_string(4 + slot) + "@node7");
    CHECK(spawns[slot].plan.is_origin == (slot == 0));
    CHECK(spawns[slot].plan.run.pool_size == 7);
  }
  CHECK(spawns[2].plan.endpoint == "ipc:///tmp/scoop-1/run-1/h2.s2.1.sock");
}

TEST_CASE("DaemonCore gives the program's arguments to the origin alone") {
  Bench bench;
  bench.tell(start_of(2));
  const auto spawns = bench.all<SpawnWorker>();
  CHECK(spawns[0].plan.run.arguments == std::vector<std::string>{"a", "b"});
  CHECK(spawns[1].plan.run.arguments.empty());
}

TEST_CASE("DaemonCore starts once") {
  Bench bench;
  bench.tell(start_of(2));
  bench.tell(start_of(2));
  CHECK(bench.actions.empty());
}

TEST_CASE("DaemonCore says whose process ended, and how, and goes on") {
  Bench bench;
  bench.tell(start_of(3));
  bench.ended(2, {.signal = 9, .text = "killed"});
  const auto told = bench.told<control::Ended>();
  REQUIRE(told.size() == 1);
  CHECK(told[0].id == WorkerId{2, 2, 1});
  CHECK(told[0].name == "w6@node7");
  CHECK_FALSE(told[0].is_origin);
  CHECK(told[0].cause.signal == 9);
  CHECK(bench.all<FinishDaemon>().empty());
  bench.ended(0, {0, 3, "ended"});
  CHECK(bench.told<control::Ended>()[0].is_origin);
  CHECK(bench.all<FinishDaemon>().empty());  // only when told to stop
}

TEST_CASE("DaemonCore stops the others when the origin has ended, and finishes with the last") {
  Bench bench;
  bench.tell(start_of(3));
  bench.ended(0, {});
  bench.tell(control::StopHost{});
  const auto told = bench.all<TellWorker>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].slot == 1);
  CHECK(std::holds_alternative<control::Stop>(told[0].message));
  bench.ended(1, {});
  CHECK(bench.all<FinishDaemon>().empty());
  bench.ended(2, {});
  CHECK(bench.all<FinishDaemon>().size() == 1);
  CHECK(bench.core.next_deadline() == never);
}

TEST_CASE("DaemonCore kills who does not stop in time") {
  Bench bench;
  bench.tell(start_of(3));
  bench.ended(0, {});
  bench.tell(control::StopHost{0, 2000});
  bench.ended(1, {});
  CHECK(bench.core.next_deadline() == bench.now + 2s);
  bench.pass(1999ms);
  CHECK(bench.actions.empty());
  bench.pass(1ms);
  CHECK(bench.signals() == Signals{{2, SIGKILL}});
  bench.ended(2, {SIGKILL, 0, "killed"});
  CHECK(bench.all<FinishDaemon>().size() == 1);
}

TEST_CASE("DaemonCore signals a living origin where it is told to, and never tells it to stop") {
  Bench bench;
  bench.tell(start_of(2));
  bench.tell(control::StopHost{SIGTERM, 2000});
  CHECK(bench.signals() == Signals{{0, SIGTERM}});
  REQUIRE(bench.all<TellWorker>().size() == 1);
  CHECK(bench.all<TellWorker>()[0].slot == 1);
  bench.pass(2s);
  CHECK(bench.signals() == Signals{{0, SIGKILL}, {1, SIGKILL}});
}

TEST_CASE("DaemonCore takes a second stop only as a hurry") {
  Bench bench;
  bench.tell(start_of(2));
  bench.tell(control::StopHost{0, 500});
  bench.tell(control::StopHost{0, 5000});
  CHECK(bench.core.next_deadline() == bench.now + 500ms);
  bench.tell(control::StopHost{0, 100});
  CHECK(bench.core.next_deadline() == bench.now + 100ms);
}

TEST_CASE("DaemonCore finishes at once when it is stopped before it was started") {
  Bench bench;
  bench.tell(control::StopHost{});
  CHECK(bench.all<FinishDaemon>().size() == 1);
  bench.tell(start_of(2));
  CHECK(bench.actions.empty());
}

TEST_CASE("DaemonCore reports a worker that could not be started as a failed start") {
  Bench bench;
  bench.tell(start_of(2));
  bench.actions.clear();
  bench.core.on_spawn_failed(1, "no more processes", bench.actions);
  REQUIRE(bench.told<control::StartFailed>().size() == 1);
  CHECK(bench.told<control::StartFailed>()[0].reason == "no more processes");
  CHECK(bench.told<control::Ended>().size() == 1);
}

TEST_CASE("DaemonCore passes on what workers say") {
  Bench bench;
  bench.tell(start_of(2));
  bench.actions.clear();
  bench.core.on_worker_message(1, control::Ready{}, bench.actions);
  bench.core.on_worker_message(1, control::Log{1, 2, "w5@node7", "hello"}, bench.actions);
  bench.core.on_worker_message(1, control::StartFailed{"why"}, bench.actions);
  CHECK(bench.told<control::WorkerReady>()[0].id == WorkerId{2, 1, 1});
  CHECK(bench.told<control::Log>()[0].text == "hello");
  CHECK(bench.told<control::StartFailed>()[0].reason == "why");
}

TEST_CASE("DaemonCore stops and continues the living with the job") {
  Bench bench;
  bench.tell(start_of(3));
  bench.ended(1, {});
  bench.tell(control::Pause{});
  CHECK(bench.signals() == Signals{{0, SIGSTOP}, {2, SIGSTOP}});
  bench.tell(control::Resume{});
  CHECK(bench.signals() == Signals{{0, SIGCONT}, {2, SIGCONT}});
}

TEST_CASE("DaemonCore continues a stopped job that is to end") {
  Bench bench;
  bench.tell(start_of(2));
  bench.tell(control::Pause{});
  bench.tell(control::StopHost{SIGTERM, 2000});
  CHECK(bench.signals() == Signals{{0, SIGTERM}, {0, SIGCONT}, {1, SIGCONT}});
}

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
  start.tcp_where = "10.0.0.7";
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
  CHECK(spawns[2].plan.tcp_where == "10.0.0.7");
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
  bench.core.on_worker_message(1, control::MapProgress{{2, 1, 1}, 7, "map", 1, 9, 0, false}, bench.actions);
  CHECK(bench.told<control::MapProgress>()[0].map == 7);
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

TEST_CASE("DaemonCore ends when the launcher cannot be heard for a lease") {
  Bench bench;
  CHECK(bench.core.next_deadline() == never);
  bench.tell(control::Alive{8000});
  REQUIRE(bench.told<control::Alive>().size() == 1);  // its own sign of life
  CHECK(bench.told<control::Alive>()[0].lease_ms == 8000);
  bench.pass(7s);
  CHECK(bench.actions.empty());
  bench.tell(control::Alive{8000});
  bench.pass(7s);
  CHECK(bench.actions.empty());
  bench.pass(1s);
  CHECK(bench.all<EndLease>().size() == 1);
}

TEST_CASE("DaemonCore waits for a launcher that the terminal stopped") {
  Bench bench;
  bench.tell(control::Alive{8000});
  bench.tell(control::Pause{});
  bench.pass(600s);
  CHECK(bench.all<EndLease>().empty());
  bench.tell(control::Resume{});
  bench.pass(7s);
  CHECK(bench.actions.empty());
  bench.pass(1s);
  CHECK(bench.all<EndLease>().size() == 1);
}

TEST_CASE("DaemonCore must hear the launcher soon after it began, where that is far away") {
  DaemonCore core{1, TimePoint{} + 30s};
  DaemonActions actions;
  core.on_tick(TimePoint{} + 29s, actions);
  CHECK(actions.empty());
  core.on_tick(TimePoint{} + 30s, actions);
  REQUIRE(actions.size() == 1);
  CHECK(std::holds_alternative<EndLease>(actions[0]));
}

TEST_CASE("DaemonCore lets the origin find that nobody reads it") {
  Bench bench;
  bench.tell(control::OutputClosed{false});
  CHECK(bench.actions.empty());
  bench.tell(start_of(2));
  bench.tell(control::OutputClosed{true});
  REQUIRE(bench.all<BreakOutput>().size() == 1);
  CHECK(bench.all<BreakOutput>()[0].slot == 0);
  CHECK(bench.all<BreakOutput>()[0].is_error);
}

TEST_CASE("DaemonCore feeds the origin, as long as there is one") {
  Bench bench;
  bench.tell(control::Input{{'a'}});
  CHECK(bench.actions.empty());
  bench.tell(start_of(2));
  bench.tell(control::Input{{'a', 'b'}});
  REQUIRE(bench.all<FeedWorker>().size() == 1);
  CHECK(bench.all<FeedWorker>()[0].slot == 0);
  CHECK(bench.all<FeedWorker>()[0].bytes == Bytes{'a', 'b'});
  bench.ended(0, {});
  bench.tell(control::Input{{'c'}});
  CHECK(bench.actions.empty());
}

TEST_CASE("DaemonCore ends a worker that asks for it, and starts another in its place") {
  Bench bench;
  bench.tell(start_of(2));
  bench.actions.clear();
  bench.core.on_worker_message(1, control::EndMe{}, bench.actions);
  REQUIRE(bench.all<SignalWorker>().size() == 1);
  CHECK(bench.all<SignalWorker>()[0].slot == 1);
  CHECK(bench.all<SignalWorker>()[0].signal == SIGKILL);
  bench.ended(1, {.signal = 9, .text = "killed"});
  REQUIRE(bench.told<control::Ended>().size() == 1);
  CHECK(bench.told<control::Ended>()[0].cause.is_wanted);
  REQUIRE(bench.told<control::Replaced>().size() == 1);
  REQUIRE(bench.all<SpawnWorker>().size() == 1);
  const auto plan = bench.all<SpawnWorker>()[0].plan;
  CHECK(plan.id == WorkerId{bench.told<control::Ended>()[0].id.host, 1, 2});
  CHECK(bench.told<control::Replaced>()[0].id == plan.id);
  bench.ended(1, {.signal = 11, .text = "crashed"});  // the new one, by itself
  CHECK(bench.all<SpawnWorker>().empty());
  CHECK_FALSE(bench.told<control::Ended>()[0].cause.is_wanted);
}

TEST_CASE("DaemonCore does not end the origin on demand, and replaces nobody at the end") {
  Bench bench;
  bench.tell(start_of(2));
  bench.actions.clear();
  bench.core.on_worker_message(0, control::EndMe{}, bench.actions);
  CHECK(bench.actions.empty());
  bench.core.on_worker_message(1, control::EndMe{}, bench.actions);
  bench.tell(control::StopHost{});
  bench.ended(1, {.signal = 9, .text = "killed"});
  CHECK(bench.all<SpawnWorker>().empty());
}

TEST_CASE("DaemonCore passes on what a worker found where it was only to check") {
  Bench bench;
  auto start = start_of(1);
  start.run.check_only = true;
  bench.tell(start);
  REQUIRE(bench.all<SpawnWorker>().size() == 1);
  CHECK(bench.all<SpawnWorker>()[0].plan.run.check_only);
  bench.actions.clear();
  bench.core.on_worker_message(0, control::Checked{"no way", "no main"}, bench.actions);
  REQUIRE(bench.told<control::Checked>().size() == 1);
  CHECK(bench.told<control::Checked>()[0].unreachable == "no way");
  CHECK(bench.told<control::Checked>()[0].unloadable == "no main");
}

TEST_CASE("DaemonCore gives memory with what it says of a constant, and has it forgotten when it was set in vain") {
  Bench bench;
  bench.tell(start_of(3));
  const auto say = [&](Slot slot, const control::FromWorker& message) {
    bench.actions.clear();
    bench.core.on_worker_message(slot, message, bench.actions);
  };
  const control::ConstantKey key{"c", "a"};
  say(0, control::PutConstant{key});
  REQUIRE(bench.all<TellWorker>().size() == 1);
  CHECK(std::holds_alternative<control::ConstantStored>(bench.all<TellWorker>()[0].message));
  say(1, control::TakeConstant{key, true});
  REQUIRE(bench.all<GiveConstant>().size() == 1);
  CHECK(bench.all<GiveConstant>()[0].slot == 1);
  say(0, control::DropConstant{key});
  REQUIRE(bench.all<ForgetConstant>().size() == 1);
  CHECK(bench.all<ForgetConstant>()[0].key == key);
}

TEST_CASE("DaemonCore has another worker pull a constant when the one that did has ended") {
  Bench bench;
  bench.tell(start_of(3));
  const control::TakeConstant take{{"c", "a"}, true};
  bench.core.on_worker_message(1, take, bench.actions);
  bench.core.on_worker_message(2, take, bench.actions);
  bench.ended(1, {.signal = SIGKILL});
  REQUIRE(bench.all<TellWorker>().size() == 1);
  CHECK(bench.all<TellWorker>()[0].slot == 2);
  CHECK(std::holds_alternative<control::PullConstant>(bench.all<TellWorker>()[0].message));
}

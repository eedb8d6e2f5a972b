#include "launcher/supervisor.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

const WorkerId origin{0, 0, 1};
const LossCause killed{SIGKILL, 0, "killed by signal 9 (Killed)"};
const LaunchPlan two_hosts{{{"node1", 2, true}, {"node2", 3, false}}};

control::Ended ended(WorkerId id, LossCause cause) {
  return {id, "w" + std::to_string(id.slot) + "@127.0.0.1", id == origin, std::move(cause)};
}

/// A supervisor, a clock, and what was to be done last.
struct Bench {
  explicit Bench(const LaunchPlan& plan = {{{"127.0.0.1", 4, true}}}) : supervisor(plan) {}

  Supervisor supervisor;
  TimePoint now{};
  LauncherActions actions;

  void daemon_says(const control::FromDaemon& message, std::size_t host = 0) {
    actions.clear();
    supervisor.on_daemon_message(host, message, now, actions);
  }
  void daemon_ends(const LossCause& cause = {}, std::size_t host = 0) {
    actions.clear();
    supervisor.on_daemon_ended(host, cause, now, actions);
  }
  void broker_ends(const LossCause& cause = {}) {
    actions.clear();
    supervisor.on_broker_ended(cause, now, actions);
  }
  void signal(int number, bool from_terminal = false) {
    actions.clear();
    supervisor.on_signal({number, from_terminal}, now, actions);
  }
  void pass(Duration time) {
    now += time;
    actions.clear();
    supervisor.on_tick(now, actions);
  }
  void begin_main() { daemon_says(control::WorkerReady{origin}); }

  template <class Action>
  const Action* find() const {
    for (const auto& action : actions) {
      if (const auto* found = std::get_if<Action>(&action)) return found;
    }
    return nullptr;
  }
  const control::StopHost* stop() const {
    const auto* told = find<TellDaemon>();
    return told == nullptr ? nullptr : std::get_if<control::StopHost>(&told->message);
  }
  /// What the user reads of it, debug left out.
  std::vector<std::pair<LogLevel, std::string>> said() const {
    std::vector<std::pair<LogLevel, std::string>> result;
    for (const auto& action : actions) {
      const auto* say = std::get_if<Say>(&action);
      if (say != nullptr && say->level > LogLevel::debug) result.emplace_back(say->level, say->text);
    }
    return result;
  }
  std::vector<control::Ended> told_broker() const {
    std::vector<control::Ended> result;
    for (const auto& action : actions) {
      const auto* tell = std::get_if<TellBroker>(&action);
      if (tell != nullptr) result.push_back(std::get<control::Ended>(tell->message));
    }
    return result;
  }
  /// The status it ends with, or -1.
  int status() const {
    const auto* finish = find<FinishRun>();
    return finish == nullptr ? -1 : finish->status;
  }
};

using Said = std::vector<std::pair<LogLevel, std::string>>;

}  // namespace

TEST_CASE("Supervisor ends the run with main's status, when all have ended") {
  Bench bench;
  bench.begin_main();
  bench.daemon_says(ended(origin, {0, 7, "ended with exit status 7"}));
  CHECK(bench.said() == Said{{LogLevel::info, "Root process is done."}});
  REQUIRE(bench.stop());
  CHECK(bench.stop()->origin_signal == 0);
  CHECK(bench.stop()->grace_ms == 2000);
  bench.daemon_says(ended({0, 1, 1}, {}));
  CHECK(bench.actions.size() == 1);  // a debug line
  bench.daemon_ends();
  CHECK(bench.find<CloseBroker>());
  CHECK(bench.status() == -1);
  bench.broker_ends();
  CHECK(bench.status() == 7);
  CHECK(bench.supervisor.next_deadline() == never);
}

TEST_CASE("Supervisor does not wait for ever: daemon and broker have their time") {
  Bench bench;
  bench.begin_main();
  bench.daemon_says(ended(origin, {}));
  bench.pass(2900ms);
  CHECK(bench.actions.empty());
  bench.pass(100ms);
  CHECK(bench.status() == 0);

  Bench other;
  other.begin_main();
  other.daemon_says(ended(origin, {}));
  other.daemon_ends();
  other.pass(1s);
  CHECK(other.status() == 0);
}

TEST_CASE("Supervisor tells the origin's death, and ends with 128 and the signal") {
  Bench bench;
  bench.begin_main();
  bench.daemon_says(ended(origin, {SIGSEGV, 0, "killed by signal 11 (Segmentation fault)"}));
  CHECK(bench.said() == Said{{LogLevel::error, "The origin was killed by signal 11 (Segmentation fault)."}});
  bench.daemon_ends();
  bench.broker_ends();
  CHECK(bench.status() == 139);
}

TEST_CASE("Supervisor tells another worker's death, to user and broker, and goes on") {
  Bench bench;
  bench.begin_main();
  bench.daemon_says(ended({0, 3, 1}, killed));
  CHECK(bench.said() ==
        Said{{LogLevel::warn, "w3@127.0.0.1 was killed by signal 9 (Killed); its tasks go to other workers."}});
  const auto* told = bench.find<TellBroker>();
  REQUIRE(told);
  CHECK(std::get<control::Ended>(told->message).id == WorkerId{0, 3, 1});
  CHECK_FALSE(bench.stop());
}

TEST_CASE("Supervisor ends the run when the broker dies: 125 after main began, 2 before") {
  for (const bool began : {true, false}) {
    Bench bench;
    if (began) bench.begin_main();
    bench.broker_ends(killed);
    CHECK(bench.said() == Said{{LogLevel::error, "The broker was killed by signal 9 (Killed); the run ends."}});
    REQUIRE(bench.stop());
    CHECK(bench.stop()->origin_signal == SIGTERM);
    CHECK(bench.stop()->grace_ms < 2000);
    bench.daemon_says(ended(origin, {SIGTERM, 0, ""}));
    CHECK(bench.said().empty());
    bench.daemon_ends();
    CHECK_FALSE(bench.find<CloseBroker>());
    CHECK(bench.status() == (began ? 125 : 2));
  }
}

TEST_CASE("Supervisor finishes at once when the daemon dies") {
  Bench bench;
  bench.begin_main();
  bench.daemon_ends(killed);
  CHECK(bench.said() ==
        Said{{LogLevel::error, "The daemon of 127.0.0.1 was killed by signal 9 (Killed); the run ends."}});
  CHECK(bench.status() == 125);
}

TEST_CASE("Supervisor gives a daemon that has fallen silent only a moment") {
  Bench bench;
  bench.begin_main();
  bench.supervisor.on_daemon_silent(0, bench.now);
  CHECK(bench.supervisor.next_deadline() == bench.now + 1s);
  bench.pass(900ms);
  CHECK(bench.actions.empty());
  bench.pass(100ms);
  REQUIRE(bench.find<KillDaemon>());
  CHECK(bench.find<KillDaemon>()->host == 0);
  bench.daemon_ends(killed);
  CHECK(bench.status() == 125);
}

TEST_CASE("Supervisor goes on without a host that is lost, if it has not the origin") {
  Bench bench(two_hosts);
  bench.begin_main();
  bench.daemon_says(ended({1, 0, 1}, killed), 1);
  bench.daemon_ends(killed, 1);
  CHECK(bench.said() == Said{{LogLevel::warn,
                              "The daemon of node2 was killed by signal 9 (Killed); the tasks of its "
                              "workers go to other hosts."}});
  // The broker hears of those workers of it that it has not heard of.
  const auto lost = bench.told_broker();
  REQUIRE(lost.size() == 2);
  CHECK(lost[0].id == WorkerId{1, 1, 1});
  CHECK(lost[0].name == "w3@node2");
  CHECK(lost[0].cause.text == "lost with the daemon of node2");
  CHECK(lost[1].id == WorkerId{1, 2, 1});
  CHECK(bench.status() == -1);

  bench.daemon_says(ended(origin, {}));
  bench.daemon_ends();
  CHECK(bench.find<CloseBroker>());
}

TEST_CASE("Supervisor ends all hosts, and waits for all of them") {
  Bench bench(two_hosts);
  bench.begin_main();
  bench.daemon_says(ended(origin, {}));
  std::vector<std::size_t> told;
  for (const auto& action : bench.actions)
    if (const auto* tell = std::get_if<TellDaemon>(&action)) told.push_back(tell->host);
  CHECK(told == std::vector<std::size_t>{0, 1});
  bench.daemon_ends({}, 1);
  CHECK_FALSE(bench.find<CloseBroker>());
  bench.daemon_ends();
  CHECK(bench.find<CloseBroker>());
  bench.broker_ends();
  CHECK(bench.status() == 0);
}

TEST_CASE("Supervisor ends the run with the host of the origin") {
  Bench bench(two_hosts);
  bench.begin_main();
  bench.daemon_ends(killed, 0);
  CHECK(bench.status() == 125);
}

TEST_CASE("Supervisor tells one reason why the run cannot begin, and ends with 2") {
  Bench bench;
  bench.daemon_says(control::StartFailed{"a.so has no main"});
  CHECK(bench.said() == Said{{LogLevel::error, "a.so has no main"}});
  CHECK(bench.stop());
  bench.daemon_says(control::StartFailed{"a.so has no main"});
  CHECK(bench.actions.empty());
  bench.daemon_says(ended(origin, {0, 2, "ended with exit status 2"}));
  CHECK(bench.said().empty());
  bench.daemon_ends();
  bench.broker_ends();
  CHECK(bench.status() == 2);
}

TEST_CASE("Supervisor goes on without a worker that cannot start once main has begun") {
  Bench bench;
  bench.begin_main();
  bench.daemon_says(control::StartFailed{"no memory"});
  CHECK(bench.said() == Said{{LogLevel::error, "no memory"}});
  CHECK_FALSE(bench.stop());
}

TEST_CASE("Supervisor takes the broker's reason not to start as well") {
  Bench bench;
  bench.supervisor.on_broker_message(control::StartFailed{"cannot listen"}, bench.now, bench.actions);
  CHECK(bench.said() == Said{{LogLevel::error, "cannot listen"}});
  CHECK(bench.stop());
}

TEST_CASE("Supervisor passes a signal on to the origin, unless the terminal did") {
  Bench by_kill;
  by_kill.begin_main();
  by_kill.signal(SIGINT);
  REQUIRE(by_kill.stop());
  CHECK(by_kill.stop()->origin_signal == SIGINT);
  CHECK(by_kill.said().size() == 1);

  Bench by_terminal;
  by_terminal.begin_main();
  by_terminal.signal(SIGINT, true);
  REQUIRE(by_terminal.stop());
  CHECK(by_terminal.stop()->origin_signal == 0);
  by_terminal.daemon_says(ended(origin, {SIGINT, 0, ""}));
  CHECK(by_terminal.said().empty());
  by_terminal.daemon_ends();
  by_terminal.broker_ends();
  CHECK(by_terminal.status() == 130);
}

TEST_CASE("Supervisor ends at once at the second signal") {
  Bench bench;
  bench.begin_main();
  bench.signal(SIGINT);
  CHECK(bench.status() == -1);
  bench.signal(SIGTERM);
  CHECK(bench.status() == 143);
}

TEST_CASE("Supervisor takes a signal during the usual end as a wish to end at once") {
  Bench bench;
  bench.begin_main();
  bench.daemon_says(ended(origin, {}));
  bench.signal(SIGINT);
  CHECK(bench.status() == 130);
}

TEST_CASE("Supervisor stops and continues the whole job with the terminal") {
  Bench bench;
  bench.signal(SIGTSTP, true);
  REQUIRE(bench.actions.size() == 3);
  CHECK(std::holds_alternative<control::Pause>(std::get<TellDaemon>(bench.actions[0]).message));
  CHECK(std::get<StopSelf>(bench.actions[1]).signal == SIGTSTP);
  CHECK(std::holds_alternative<control::Resume>(std::get<TellDaemon>(bench.actions[2]).message));
}

TEST_CASE("Supervisor names the broker's place once it answers") {
  Bench bench;
  bench.supervisor.on_broker_message(control::BrokerReady{}, bench.now, bench.actions);
  CHECK(bench.find<ShowBroker>());
}

#include "launcher/supervisor.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include "support/supervisor_bench.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

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

TEST_CASE("Supervisor ends the run when the broker dies: 125 if main may have begun, else 2") {
  for (const bool is_told_of_main : {true, false}) {
    Bench bench;
    if (is_told_of_main) bench.begin_main();
    bench.broker_ends(killed);
    CHECK(bench.said() == Said{{LogLevel::error, "The broker was killed by signal 9 (Killed); the run ends."}});
    REQUIRE(bench.stop());
    CHECK(bench.stop()->origin_signal == SIGTERM);
    CHECK(bench.stop()->grace_ms < 2000);
    bench.daemon_says(ended(origin, {SIGTERM, 0, ""}));
    CHECK(bench.said().empty());
    bench.daemon_ends();
    CHECK_FALSE(bench.find<CloseBroker>());
    CHECK(bench.status() == 125);
  }
  Bench early(LaunchPlan{});
  early.broker_ends(killed);
  CHECK(early.status() == 2);
}

TEST_CASE("Supervisor finishes at once when the daemon dies, with which the word may die that main began") {
  for (const bool is_told_of_main : {true, false}) {
    Bench bench;
    if (is_told_of_main) bench.begin_main();
    bench.daemon_ends(killed);
    CHECK(bench.said() ==
          Said{{LogLevel::error, "The daemon of 127.0.0.1 was killed by signal 9 (Killed); the run ends."}});
    CHECK(bench.status() == 125);
  }
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

TEST_CASE("Supervisor says to a remote host that it lives, four times in a lease") {
  Bench bench(two_hosts, true);
  bench.begin_main();
  bench.pass(0ms);
  REQUIRE(bench.told_second<control::Alive>().size() == 1);
  CHECK(bench.told_second<control::Alive>()[0].lease_ms == 8000);
  CHECK(bench.supervisor.next_beat() == bench.now + 2s);
  bench.pass(1900ms);
  CHECK(bench.actions.empty());
  bench.pass(100ms);
  CHECK(bench.told_second<control::Alive>().size() == 1);

  Bench local(two_hosts, false);
  CHECK(local.supervisor.next_beat() == never);
}

TEST_CASE("Supervisor gives up a remote host that cannot be heard") {
  Bench bench(two_hosts, true);
  bench.begin_main();
  for (int i = 0; i < 8; ++i) bench.pass(1s);
  CHECK_FALSE(bench.find<KillDaemon>());
  bench.daemon_says(control::Alive{8000}, 1);
  for (int i = 0; i < 8; ++i) bench.pass(1s);
  CHECK_FALSE(bench.find<KillDaemon>());
  bench.pass(1s);
  REQUIRE(bench.find<KillDaemon>());
  CHECK(bench.find<KillDaemon>()->host == 1);
  bench.daemon_ends(killed, 1);
  CHECK(bench.said() == Said{{LogLevel::warn,
                              "The daemon of node2 could not be heard for 9 s (frozen, or the network is cut); the "
                              "tasks of its workers go to other hosts."}});
  CHECK(bench.told_broker().size() == 3);
}

TEST_CASE("Supervisor takes nobody for lost because it was late itself") {
  Bench bench(two_hosts, true);
  bench.begin_main();
  bench.pass(1s);
  bench.pass(60s);
  CHECK_FALSE(bench.find<KillDaemon>());
  CHECK(bench.told_second<control::Alive>().size() == 1);
}

TEST_CASE("Supervisor goes on without a remote host whose workers cannot start") {
  Bench bench(two_hosts, true);
  bench.daemon_says(control::StartFailed{"a library is missing"}, 1);
  CHECK(bench.said() == Said{{LogLevel::warn, "node2: a library is missing; the run goes on without this host."}});
  CHECK(bench.told_second<control::StopHost>().size() == 1);
  bench.daemon_says(control::StartFailed{"a library is missing"}, 1);
  CHECK(bench.actions.empty());
  bench.daemon_says(ended({1, 0, 1}, {0, 2, "ended with exit status 2"}), 1);
  CHECK(bench.said().empty());
  bench.daemon_ends({}, 1);
  CHECK(bench.status() == -1);

  Bench all(two_hosts, true, true);
  all.daemon_says(control::StartFailed{"a library is missing"}, 1);
  CHECK(all.said() == Said{{LogLevel::error, "a library is missing"}});
}

TEST_CASE("Supervisor lets a host go that cannot start when main runs already, in one sentence") {
  Bench bench(two_hosts, true);
  bench.begin_main();
  bench.daemon_says(control::StartFailed{"no way"}, 1);
  CHECK(bench.said() == Said{{LogLevel::warn, "node2: no way; the run goes on without this host."}});
  CHECK(bench.told_second<control::StopHost>().size() == 1);
  bench.daemon_says(ended({1, 0, 1}, {0, 2, "ended with exit status 2"}), 1);
  CHECK(bench.said().empty());
}

TEST_CASE("Supervisor ends where nothing was to run, once") {
  Bench bench;
  bench.actions.clear();
  bench.supervisor.end(1, bench.now, bench.actions);
  REQUIRE(bench.stop());
  CHECK(bench.stop()->origin_signal == 0);
  bench.actions.clear();
  bench.supervisor.end(0, bench.now, bench.actions);
  CHECK(bench.actions.empty());
  bench.daemon_ends({});
  CHECK(bench.find<CloseBroker>());

  Supervisor nobody({});
  LauncherActions actions;
  nobody.end(1, {}, actions);
  REQUIRE(actions.size() == 1);
  CHECK(std::get<FinishRun>(actions[0]).status == 1);
}

TEST_CASE("Supervisor passes Ctrl-C on to an origin on another host") {
  const LaunchPlan plan{{{"node2", 1, true, 1, 1}}};
  Bench bench(plan, true);
  bench.daemon_says(control::WorkerReady{{1, 0, 1}}, 1);
  bench.signal(SIGINT, true);
  REQUIRE(bench.stop());
  CHECK(bench.stop()->origin_signal == SIGINT);
}

TEST_CASE("Supervisor says in a word how the run ended") {
  const auto outcome_of = [](auto what_happens) {
    Bench bench;
    what_happens(bench);
    if (bench.outcome().empty()) bench.daemon_ends();
    if (bench.outcome().empty()) bench.broker_ends();
    return bench.outcome();
  };
  const auto main_ends = [](Bench& bench, const LossCause& cause) {
    bench.begin_main();
    bench.daemon_says(ended(origin, cause));
  };
  CHECK(outcome_of([&](Bench& bench) { main_ends(bench, {}); }) == "done");
  CHECK(outcome_of([&](Bench& bench) { main_ends(bench, {0, 3, ""}); }) == "failed");
  CHECK(outcome_of([&](Bench& bench) { main_ends(bench, killed); }) == "crashed");
  CHECK(outcome_of([](Bench& bench) { bench.daemon_says(control::StartFailed{"x"}); }) == "refused");
  CHECK(outcome_of([](Bench& bench) { bench.signal(SIGTERM); }) == "interrupted");
  CHECK(outcome_of([](Bench& bench) {
          bench.begin_main();
          bench.daemon_ends(killed);
        }) == "broken");
  CHECK(outcome_of([&](Bench& bench) {
          main_ends(bench, {});
          bench.signal(SIGINT);  // while the rest ends
        }) == "interrupted");
}

TEST_CASE("Supervisor has nobody to wait for while no host has come") {
  Bench bench(LaunchPlan{});
  bench.signal(SIGINT, true);
  CHECK(bench.status() == 130);
}

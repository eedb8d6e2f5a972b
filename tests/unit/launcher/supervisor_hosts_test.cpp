// Supervisor where hosts join and leave a run that goes on.
#include <doctest/doctest.h>

#include "support/supervisor_bench.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

/// Two hosts from the start, and a third that joins while main runs.
struct Joining : Bench {
  LaunchPlan plan = two_hosts;

  Joining() : Bench(two_hosts, true) {
    begin_main();
    supervisor.add_host(2, "node3", true, now);
    plan.hosts.push_back({"node3", 2, false, 2, 2});
    supervisor.begin(plan);
  }
  void ready(WorkerId id, std::size_t host) { daemon_says(control::WorkerReady{id}, host); }
  void broker_says(const control::FromBroker& message) {
    actions.clear();
    supervisor.on_broker_message(message, now, actions);
  }
  Status remove(std::size_t host) {
    actions.clear();
    return supervisor.remove_host(host, actions);
  }
  std::vector<WorkerId> drained() const {
    std::vector<WorkerId> ids;
    for (const auto& action : actions) {
      const auto* tell = std::get_if<TellBroker>(&action);
      if (tell == nullptr) continue;
      if (const auto* drain = std::get_if<control::DrainWorker>(&tell->message)) ids.push_back(drain->id);
    }
    return ids;
  }
};

}  // namespace

TEST_CASE("A host has joined when all its workers are ready; one that was there from the start does not join") {
  Joining bench;
  for (std::uint16_t slot = 0; slot < 3; ++slot) {
    bench.ready({1, slot, 1}, 1);
    CHECK(bench.find<HostJoined>() == nullptr);
  }
  bench.ready({2, 0, 1}, 2);
  CHECK(bench.find<HostJoined>() == nullptr);
  bench.ready({2, 1, 1}, 2);
  REQUIRE(bench.find<HostJoined>() != nullptr);
  CHECK(bench.find<HostJoined>()->host == 2);
}

TEST_CASE("A host that joins and whose workers do not start costs the run nothing") {
  Joining bench;
  bench.daemon_says(control::StartFailed{"no such library"}, 2);
  CHECK(bench.find<FinishRun>() == nullptr);
  CHECK(bench.find<TellDaemon>()->host == 2);
  CHECK(bench.stop() != nullptr);
  bench.daemon_ends({}, 2);
  REQUIRE(bench.find<HostGone>() != nullptr);
  CHECK(bench.find<HostGone>()->why == "no such library");
}

TEST_CASE("A host that joins does not wait for workers that ended while they started") {
  Joining bench;
  bench.daemon_says(ended({2, 0, 1}, killed), 2);
  CHECK(bench.find<HostJoined>() == nullptr);
  SUBCASE("one is left") {
    bench.ready({2, 1, 1}, 2);
    CHECK(bench.find<HostJoined>() != nullptr);
  }
  SUBCASE("none is left") {
    bench.daemon_says(ended({2, 1, 1}, killed), 2);
    CHECK(bench.stop() != nullptr);
    bench.daemon_ends({}, 2);
    CHECK(bench.find<HostGone>()->why == "all its workers ended while they started");
  }
}

TEST_CASE("A host is removed when all its workers have left, and nobody is warned") {
  Joining bench;
  REQUIRE(bench.remove(1));
  CHECK(bench.drained() == std::vector<WorkerId>{{1, 0, 1}, {1, 1, 1}, {1, 2, 1}});
  for (std::uint16_t slot = 0; slot < 2; ++slot) bench.broker_says(control::Left{{1, slot, 1}});
  CHECK(bench.actions.empty());
  bench.broker_says(control::Left{{1, 2, 1}});
  CHECK(bench.told_second<control::StopHost>().size() == 1);
  for (std::uint16_t slot = 0; slot < 3; ++slot) {
    bench.daemon_says(ended({1, slot, 1}, {}), 1);
    REQUIRE(bench.actions.size() == 2);  // for the log, and for the broker
    CHECK(std::holds_alternative<TellBroker>(bench.actions[1]));
  }
  CHECK(bench.supervisor.is_present(1));
  bench.daemon_ends({}, 1);
  REQUIRE(bench.find<HostGone>() != nullptr);
  CHECK(bench.find<HostGone>()->why.empty());
  CHECK_FALSE(bench.supervisor.is_present(1));
  CHECK(bench.supervisor.shown_hosts().size() == 2);
}

TEST_CASE("A worker that dies while its host is removed is not waited for") {
  Joining bench;
  REQUIRE(bench.remove(2));
  bench.broker_says(control::Left{{2, 0, 1}});
  bench.daemon_says(ended({2, 1, 1}, killed), 2);
  CHECK(bench.find<TellBroker>() != nullptr);
  CHECK(bench.stop() != nullptr);
}

TEST_CASE("A host that is lost while it is removed is told of as lost") {
  Joining bench;
  REQUIRE(bench.remove(1));
  bench.daemon_ends(killed, 1);
  REQUIRE(bench.find<HostGone>() != nullptr);
  CHECK_FALSE(bench.find<HostGone>()->why.empty());
}

TEST_CASE("What cannot be removed is refused in a sentence, and nothing happens") {
  Joining bench;
  const auto origin_stays = bench.remove(0);
  REQUIRE_FALSE(origin_stays);
  CHECK(origin_stays.failure().message.find("the origin, which runs main, is there") != std::string::npos);
  CHECK(bench.actions.empty());
  REQUIRE(bench.remove(1));
  const auto twice = bench.remove(1);
  REQUIRE_FALSE(twice);
  CHECK(twice.failure().message == "node2 is being removed already");
  bench.supervisor.add_host(3, "node4", true, bench.now);
  CHECK(bench.remove(3).failure().message.find("node4 has not joined yet") == 0);
}

TEST_CASE("Workers are shown with what they are doing") {
  Joining bench;
  bench.ready({2, 0, 1}, 2);
  bench.daemon_says(ended({1, 1, 1}, killed), 1);
  REQUIRE(bench.remove(1));
  const auto shown = bench.supervisor.shown_hosts();
  REQUIRE(shown.size() == 3);
  CHECK(shown[0].has_origin);
  CHECK(std::string(shown[0].workers[0].state) == "running");
  CHECK(std::string(shown[1].workers[0].state) == "draining");
  CHECK(std::string(shown[1].workers[2].state) == "lost");
  CHECK(std::string(shown[2].workers[0].state) == "running");
  CHECK(std::string(shown[2].workers[1].state) == "starting");
}

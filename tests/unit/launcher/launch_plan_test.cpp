#include "launcher/launch_plan.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

LauncherOptions some_options() {
  LauncherOptions options;
  options.program = "./a.so";
  options.arguments = {"x"};
  options.log_level = LogLevel::debug;
  options.lost_after = std::chrono::milliseconds(1500);
  options.fault = {3, 0.5};
  return options;
}

using Lines = std::vector<std::string>;
using Shares = std::vector<std::uint16_t>;

/// Hosts with these numbers of usable cores, none with a number of workers of the user's.
std::vector<HostPlaces> hosts_with_cores(const std::vector<unsigned>& cores) {
  std::vector<HostPlaces> hosts;
  for (const auto number : cores) hosts.push_back({"n" + std::to_string(hosts.size()), std::nullopt, number});
  return hosts;
}

Shares shares(const LaunchPlan& plan) {
  Shares result;
  for (const auto& host : plan.hosts) result.push_back(host.workers);
  return result;
}

}  // namespace

TEST_CASE("Without -n every place is taken, and the first host has the origin") {
  const auto plan = plan_run({{"b", std::nullopt, 8}, {"a", 3, 8}, {"c", std::nullopt, 0}}, std::nullopt);
  CHECK(shares(plan) == Shares{8, 3, 1});
  CHECK(plan.hosts[0].name == "b");
  CHECK(plan.hosts[1].name == "a");
  CHECK(plan.hosts[0].has_origin);
  CHECK_FALSE(plan.hosts[1].has_origin);
  CHECK_FALSE(plan.hosts[2].has_origin);
  CHECK(shares(plan_run(hosts_with_cores({100'000}), std::nullopt)) == Shares{65535});
  CHECK(plan_run({}, 4).hosts.empty());
}

TEST_CASE("Fewer workers than places fill the first hosts") {
  const auto hosts = hosts_with_cores({4, 4, 2});
  CHECK(shares(plan_run(hosts, 10)) == Shares{4, 4, 2});
  CHECK(shares(plan_run(hosts, 9)) == Shares{4, 4, 1});
  CHECK(shares(plan_run(hosts, 8)) == Shares{4, 4});
  CHECK(shares(plan_run(hosts, 5)) == Shares{4, 1});
  CHECK(shares(plan_run(hosts, 1)) == Shares{1});
  CHECK(plan_run(hosts, 1).hosts[0].has_origin);
}

TEST_CASE("More workers than places go to the hosts in turn") {
  const auto hosts = hosts_with_cores({4, 4, 2});
  CHECK(shares(plan_run(hosts, 11)) == Shares{5, 4, 2});
  CHECK(shares(plan_run(hosts, 13)) == Shares{5, 5, 3});
  CHECK(shares(plan_run(hosts, 17)) == Shares{7, 6, 4});
  CHECK(shares(plan_run({{"a", 1, 8}, {"b", 1, 8}}, 5)) == Shares{3, 2});
  CHECK(plan_run(hosts_with_cores({2, 60'000}), 65535).workers() == 65535);
}

TEST_CASE("A plan is described in SCOOP's words") {
  CHECK(describe({{{"127.0.0.1", 4, true}}}) ==
        Lines{"Deploying 4 worker(s) over 1 host(s).", "Worker distribution:", "   127.0.0.1:\t3 + origin"});
  CHECK(describe({{{"127.0.0.1", 1, true}}})[2] == "   127.0.0.1:\t0 + origin");
  CHECK(describe({{{"node1", 2, true}, {"node2", 8, false}}}) == Lines{"Deploying 10 worker(s) over 2 host(s).",
                                                                       "Worker distribution:", "   node1:\t1 + origin",
                                                                       "   node2:\t8"});
}

TEST_CASE("Silence of wrapped workers is no death, unless the user says so") {
  LauncherOptions options;
  CHECK(make_run_plan(options, "").lost_after_ms == 30'000);
  options.worker_settings.wrap = "gdb --args";
  CHECK(make_run_plan(options, "").lost_after_ms == 0);
  options.lost_after = std::chrono::seconds(5);
  CHECK(make_run_plan(options, "").lost_after_ms == 5'000);
}

TEST_CASE("Tools are for workers that there are") {
  LauncherOptions options;
  options.worker_settings.wrapped = {0, 2};
  CHECK(check_wrapped_workers(options, {{{"node1", 3, true}}}));
  const auto refused = check_wrapped_workers(options, {{{"node1", 2, true}}});
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().message == "--wrap-workers names worker 2; the last one of 2 is 1");
}

TEST_CASE("Each host's daemon is told its part of the pool") {
  const LaunchPlan plan{{{"node1", 2, true, 0, 0}, {"node2", 8, false, 1, 1}, {"node3", 1, false, 3, 4}}};
  const auto run = make_run_plan(some_options(), "/tmp/scoop-1/run-2");
  CHECK(run.broker_endpoint == "ipc:///tmp/scoop-1/run-2/broker.sock");
  CHECK(run.run_directory == "/tmp/scoop-1/run-2");
  CHECK(run.plugin == "./a.so");
  CHECK(run.log_level == 1);
  CHECK(run.lost_after_ms == 1500);
  CHECK(run.fault.seed == 3);

  const auto first = make_start(plan, 0, run);
  CHECK(first.has_origin);
  CHECK(first.first_worker == 0);
  CHECK(first.workers == 2);
  CHECK(first.run.arguments == Lines{"x"});
  const auto third = make_start(plan, 2, run);
  CHECK(third.host == 4);
  CHECK(third.host_name == "node3");
  CHECK_FALSE(third.has_origin);
  CHECK(third.first_worker == 10);

  const auto workers = workers_of(plan, 1);
  REQUIRE(workers.size() == 8);
  CHECK(workers[7].first == WorkerId{1, 7, 1});
  CHECK(workers[7].second == "w9@node2");
}

TEST_CASE("Information is sent even where the terminal shows errors only, for the run's log") {
  auto options = some_options();
  options.log_level = LogLevel::error;
  CHECK(make_run_plan(options, "").log_level == static_cast<int>(LogLevel::info));
  CHECK(make_run_plan(options, "").terminal_level == static_cast<int>(LogLevel::error));
  options.log_level = LogLevel::trace;
  CHECK(make_run_plan(options, "").log_level == static_cast<int>(LogLevel::trace));
}

TEST_CASE("A host that joins later comes behind all others, with names of its own") {
  LaunchPlan plan{{{"node1", 2, true, 0, 0}}};
  CHECK(add_host(plan, {"node2", std::nullopt, 3, 4, 5}) == 1);
  CHECK(add_host(plan, {"node3", 2, 64, 5, 6}) == 2);
  CHECK(plan.workers() == 7);
  CHECK_FALSE(plan.hosts[1].has_origin);
  CHECK(plan.hosts[1].host == 4);
  const auto workers = workers_of(plan, 2);
  REQUIRE(workers.size() == 2);
  CHECK(workers[0].first == WorkerId{6, 0, 1});
  CHECK(workers[0].second == "w5@node3");
}

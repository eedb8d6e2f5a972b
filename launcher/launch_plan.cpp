#include "launcher/launch_plan.hpp"

#include <algorithm>

namespace scoop {

std::uint32_t LaunchPlan::workers() const {
  std::uint32_t sum = 0;
  for (const auto& host : hosts) sum += host.workers;
  return sum;
}

namespace {

std::uint16_t places_of(const HostPlaces& host) {
  return host.workers.value_or(static_cast<std::uint16_t>(std::clamp(host.usable_cores, 1u, 65535u)));
}

}  // namespace

LaunchPlan plan_run(const std::vector<HostPlaces>& hosts, std::optional<std::uint16_t> workers) {
  LaunchPlan plan;
  std::uint32_t left = workers.value_or(0);
  for (const auto& host : hosts) {
    auto share = places_of(host);
    if (workers) {
      if (left == 0) break;
      share = static_cast<std::uint16_t>(std::min<std::uint32_t>(share, left));
      left -= share;
    }
    plan.hosts.push_back({host.name, share, plan.hosts.empty(), host.host, host.number});
  }
  if (plan.hosts.empty()) return plan;
  for (std::size_t i = 0; left > 0; --left, i = (i + 1) % plan.hosts.size()) ++plan.hosts[i].workers;
  return plan;
}

std::size_t add_host(LaunchPlan& plan, const HostPlaces& host) {
  plan.hosts.push_back({host.name, places_of(host), false, host.host, host.number});
  return plan.hosts.size() - 1;
}

Status check_wrapped_workers(const LauncherOptions& options, const LaunchPlan& plan) {
  for (const auto number : options.worker_settings.wrapped) {
    if (number < plan.workers()) continue;
    return Failure{"--wrap-workers names worker " + std::to_string(number) + "; the last one of " +
                   std::to_string(plan.workers()) + " is " + std::to_string(plan.workers() - 1)};
  }
  return success();
}

std::vector<std::string> describe(const LaunchPlan& plan) {
  std::vector<std::string> lines{"Deploying " + std::to_string(plan.workers()) + " worker(s) over " +
                                     std::to_string(plan.hosts.size()) + " host(s).",
                                 "Worker distribution:"};
  for (const auto& host : plan.hosts) {
    // The origin is counted apart, as SCOOP does: a lone worker is "0 + origin".
    const auto others = host.workers - (host.has_origin ? 1 : 0);
    lines.push_back("   " + host.name + ":\t" + std::to_string(others) + (host.has_origin ? " + origin" : ""));
  }
  return lines;
}

control::RunPlan make_run_plan(const LauncherOptions& options, const std::string& run_directory) {
  control::RunPlan run;
  run.run_directory = run_directory;
  run.broker_endpoint = "ipc://" + run_directory + "/broker.sock";
  run.plugin = options.program;
  run.arguments = options.arguments;
  run.ship_all = options.ship_all;
  run.stack_bytes = options.stack_bytes;
  // A worker under a debugger stands still for as long as somebody thinks.
  if (!options.worker_settings.wrap.empty()) run.lost_after_ms = 0;
  if (options.lost_after) run.lost_after_ms = static_cast<std::uint32_t>(options.lost_after->count());
  run.log_level = static_cast<int>(options.kept_level());
  run.terminal_level = static_cast<int>(options.log_level);
  run.fault = options.fault;
  return run;
}

namespace {

std::uint32_t first_worker(const LaunchPlan& plan, std::size_t index) {
  std::uint32_t first = 0;
  for (std::size_t i = 0; i < index; ++i) first += plan.hosts[i].workers;
  return first;
}

}  // namespace

std::vector<std::pair<WorkerId, std::string>> workers_of(const LaunchPlan& plan, std::size_t index) {
  std::vector<std::pair<WorkerId, std::string>> workers;
  const auto& host = plan.hosts.at(index);
  for (std::uint16_t slot = 0; slot < host.workers; ++slot) {
    workers.emplace_back(WorkerId{host.number, slot, 1},
                         control::worker_name(first_worker(plan, index) + slot, host.name));
  }
  return workers;
}

control::Start make_start(const LaunchPlan& plan, std::size_t index, const control::RunPlan& run) {
  control::Start start;
  start.run = run;
  start.host = plan.hosts.at(index).number;
  start.host_name = plan.hosts.at(index).name;
  start.first_worker = first_worker(plan, index);
  start.workers = plan.hosts[index].workers;
  start.has_origin = plan.hosts[index].has_origin;
  return start;
}

}  // namespace scoop

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/control/messages.hpp"
#include "launcher/options.hpp"

namespace scoop {

/// What one host gets of the pool.
struct HostShare {
  std::string name;  // "127.0.0.1"
  std::uint16_t workers = 1;
  bool has_origin = false;
  std::size_t host = 0;      // its place among the launcher's hosts
  std::uint16_t number = 0;  // in the ids of its workers
};

/// Who runs where. Decided before any worker starts; hosts that join later stand at the end.
struct LaunchPlan {
  std::vector<HostShare> hosts;  // the first has the origin

  std::uint32_t workers() const;
};

/// A host that takes part, and how many workers it has places for.
struct HostPlaces {
  std::string name;
  std::optional<std::uint16_t> workers;  // as the user asked; none: one a usable core
  unsigned usable_cores = 1;             // as the host answered
  std::size_t host = 0;                  // see HostShare
  std::uint16_t number = 0;
};

/// Spreads `workers` over the hosts as SCOOP does. None: every place is taken. Fewer than places: the first hosts are
/// filled in order. More: what is beyond goes to the hosts in turn.
///
/// Order: host i of the plan is host i of `hosts`; those at the end that get nothing are left out.
LaunchPlan plan_run(const std::vector<HostPlaces>& hosts, std::optional<std::uint16_t> workers);

/// A host that joins later: its workers come behind all others. Its index in the plan.
std::size_t add_host(LaunchPlan& plan, const HostPlaces& host);

/// What the user asked of workers that the plan has not.
Status check_wrapped_workers(const LauncherOptions& options, const LaunchPlan& plan);

/// SCOOP's lines about a plan: "Deploying 4 worker(s) over 1 host(s).", "Worker distribution:", a line a host.
std::vector<std::string> describe(const LaunchPlan& plan);

/// What does not depend on the hosts that come.
control::RunPlan make_run_plan(const LauncherOptions& options, const std::string& run_directory);

/// Who the workers of the host at `index` are, at the start, and what they are called.
std::vector<std::pair<WorkerId, std::string>> workers_of(const LaunchPlan& plan, std::size_t index);

/// Orders for the daemon of the host at `index`.
control::Start make_start(const LaunchPlan& plan, std::size_t index, const control::RunPlan& run);

}  // namespace scoop

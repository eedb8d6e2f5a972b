// The part of a run that takes the place of the others with --check.
#include <algorithm>

#include "common/base/exit_code.hpp"
#include "common/process/limits.hpp"
#include "launcher/launcher.hpp"

namespace scoop {
namespace {

/// One word. `talk`: null for this machine.
std::string how_sent(const Bootstrap* talk, const std::string& prefix) {
  if (talk == nullptr) return "local";
  if (talk->sent_bytes() > 0) return describe_bytes(talk->sent_bytes());
  if (talk->shares_program()) return prefix.empty() ? "shared" : "prefix";
  return "nothing";
}

/// Since 1970, UTC.
std::int64_t wall_clock_us() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
}

}  // namespace

// One worker is as good as all of a host.
Status Launcher::begin_check(const LaunchPlan& run) {
  if (plan_.hosts.empty()) return success();  // nobody is there to be asked
  if (const auto checked = check_wrapped_workers(options_, run); !checked) return checked.failure();
  if (const auto fits = fit_into_limits(run.workers()); !fits) return fits.failure();
  for (std::size_t i = 0; i < plan_.hosts.size(); ++i) {
    const auto host = plan_.hosts[i].host;
    const auto share = std::ranges::find(run.hosts, host, &HostShare::host);
    const auto* const talk = hosts_->at(host).process->bootstrap();
    check_->begin(
        host, {share == run.hosts.end() ? 0u : share->workers, how_sent(talk, options_.hosts.prefix), is_remote(host)},
        Clock::now(), wall_clock_us());
    auto start = order(i);
    start.run.check_only = true;
    start.workers = 1;
    start.has_origin = false;
    hosts_->send(host, start);
  }
  return success();
}

bool Launcher::is_for_check(std::size_t host, const control::FromDaemon& message) {
  check_->on_message(host, message, wall_clock_us());
  return std::holds_alternative<control::StartFailed>(message) || std::holds_alternative<control::Ended>(message);
}

void Launcher::go_on_with_check(TimePoint now) {
  check_->on_tick(now);
  if (!check_->is_finished() || supervisor_.is_ending()) return;
  console_.print(false, check_->table());
  LauncherActions actions;
  supervisor_.end(check_->are_all_fit() ? exit_success : exit_unfit, now, actions);
  act(actions);
}

}  // namespace scoop

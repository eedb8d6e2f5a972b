#include "broker/broker_process.hpp"

#include <fcntl.h>
#include <poll.h>

#include <optional>

#include "broker/broker_loop.hpp"
#include "common/base/exit_code.hpp"
#include "common/control/log_message.hpp"
#include "common/process/run_directory.hpp"

namespace scoop {
namespace {

// Log lines beyond it are dropped: a launcher whose terminal stands still must not make the broker grow.
constexpr std::size_t max_unsent_log_bytes = 4u << 20;

// What a launcher may take to end that was killed.
constexpr auto dying_launcher = std::chrono::seconds(1);

/// Not merely: has said its last word.
bool has_gone(const control::BrokerSide& launcher) {
  pollfd channel{launcher.frames().in_fd(), 0, 0};
  return ::poll(&channel, 1, 0) == 1 && (channel.revents & POLLHUP) != 0;
}

std::optional<control::BrokerPlan> wait_for_plan(control::BrokerSide& launcher) {
  while (!launcher.frames().ended()) {
    pollfd polled{launcher.frames().in_fd(), POLLIN, 0};
    ::poll(&polled, 1, -1);
    launcher.frames().receive();
    if (auto message = launcher.next()) {
      if (auto* plan = std::get_if<control::BrokerPlan>(&*message)) return std::move(*plan);
    }
  }
  return std::nullopt;
}

BrokerSettings to_settings(const control::RunPlan& run) {
  BrokerSettings settings;
  settings.lost_after = run.lost_after_ms == 0 ? never_lost : Duration(std::chrono::milliseconds(run.lost_after_ms));
  return settings;
}

Result<std::unique_ptr<BrokerEndpoint>> open_endpoint(int listen_fd, const control::RunPlan& run) {
  auto listening = ListeningSocket::adopt(UniqueFd(listen_fd), run.broker_endpoint);
  if (!listening) return listening.failure();
  const FaultInjector faults(run.fault.seed, run.fault.rate);
  BrokerEndpoint::Settings settings{.keys = run.keys, .faults = faults.for_process(broker_id.packed())};
  settings.listening.push_back(*std::move(listening));
  return BrokerEndpoint::open(std::move(settings));
}

}  // namespace

int run_broker(const BrokerOptions& options) {
  ::fcntl(options.control_fd, F_SETFD, FD_CLOEXEC);
  control::BrokerSide launcher{UniqueFd(options.control_fd)};
  const auto plan = wait_for_plan(launcher);
  if (!plan) return exit_run_failed;

  const Log log("broker", static_cast<LogLevel>(plan->run.log_level), [&](LogRecord record) {
    if (launcher.frames().queued_bytes() < max_unsent_log_bytes) launcher.send(control::to_message(std::move(record)));
  });
  auto endpoint = open_endpoint(options.listen_fd, plan->run);
  if (!endpoint) {
    launcher.send(control::StartFailed{"The broker " + endpoint.failure().message + "."});
    return exit_usage;
  }
  launcher.send(control::BrokerReady{});
  BrokerLoop(to_settings(plan->run), **endpoint, launcher, log).run();
  // Where the launcher was killed and no daemon is on its host, nobody else is left to do it.
  if (has_gone(launcher)) remove_run_directory(plan->run.run_directory, dying_launcher);
  return exit_success;
}

}  // namespace scoop

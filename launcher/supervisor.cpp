#include "launcher/supervisor.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "common/base/exit_code.hpp"

namespace scoop {
namespace {

using std::chrono::milliseconds;

// How long workers have to end by themselves: after main has returned; and where the run has failed, when nothing is to
// be saved and no process may stay for 2 s.
constexpr auto usual_grace = milliseconds(2000);
constexpr auto short_grace = milliseconds(500);
// What the daemon needs beyond that to kill and to clean up, and the broker to end.
constexpr auto daemon_grace = milliseconds(1000);
constexpr auto broker_grace = milliseconds(1000);

/// "was killed by signal 9 (Killed)", "ended with exit status 3"
std::string fate(const LossCause& cause) { return (cause.signal != 0 ? "was " : "") + cause.text; }

}  // namespace

struct Supervisor::FromHost {
  Supervisor& self;
  Host& host;
  TimePoint now;
  LauncherActions& out;

  void operator()(const control::HostReady& ready) const {
    out.emplace_back(Say{LogLevel::debug, "host_ready host=" + host.name + " cores=" + std::to_string(ready.cores)});
  }
  void operator()(const control::WorkerReady& ready) const {
    // The origin is slot 0 of host 0.
    if (ready.id.host == 0 && ready.id.slot == 0) self.main_began_ = true;
    out.emplace_back(Say{LogLevel::debug, "worker_ready id=" + to_string(ready.id)});
  }
  void operator()(const control::Ended& ended) const { self.on_worker_ended(host, ended, now, out); }
  void operator()(const control::StartFailed& failed) const { self.on_start_failed(failed, now, out); }
  void operator()(const control::Output&) const {}
  void operator()(const control::Log&) const {}
};

Supervisor::Supervisor(const LaunchPlan& plan) {
  for (std::size_t host = 0; host < plan.hosts.size(); ++host) {
    hosts_.push_back({plan.hosts[host].name, {}, false, never});
    for (const auto& [id, name] : workers_of(plan, host)) {
      hosts_.back().workers.push_back({id, name, plan.hosts[host].has_origin && id.slot == 0, {}});
    }
  }
}

void Supervisor::on_daemon_message(std::size_t host, const control::FromDaemon& message, TimePoint now,
                                   LauncherActions& out) {
  std::visit(FromHost{*this, hosts_.at(host), now, out}, message);
}

void Supervisor::on_broker_message(const control::FromBroker& message, TimePoint now, LauncherActions& out) {
  if (std::holds_alternative<control::BrokerReady>(message)) {
    out.emplace_back(ShowBroker{});
    out.emplace_back(Say{LogLevel::debug, "broker_ready"});
  } else if (const auto* failed = std::get_if<control::StartFailed>(&message)) {
    on_start_failed(*failed, now, out);
  }
}

void Supervisor::on_worker_ended(Host& host, const control::Ended& ended, TimePoint now, LauncherActions& out) {
  out.emplace_back(Say{LogLevel::debug, "worker_ended id=" + to_string(ended.id) +
                                            " signal=" + std::to_string(ended.cause.signal) +
                                            " status=" + std::to_string(ended.cause.status)});
  std::erase_if(host.workers, [&](const auto& worker) { return worker.id == ended.id; });
  if (ended.is_origin) return on_origin_ended(ended.cause, now, out);
  if (is_ending_) return;
  out.emplace_back(Say{LogLevel::warn, ended.name + " " + fate(ended.cause) + "; its tasks go to other workers."});
  out.emplace_back(TellBroker{ended});
}

void Supervisor::on_origin_ended(const LossCause& cause, TimePoint now, LauncherActions& out) {
  if (is_ending_) return;  // by our own signal, or by the terminal's, which we got as well
  if (cause.signal != 0) {
    out.emplace_back(Say{LogLevel::error, "The origin " + fate(cause) + "."});
    return begin_end(exit_signal_base + cause.signal, 0, usual_grace, now, out);
  }
  out.emplace_back(Say{LogLevel::info, "Root process is done."});
  begin_end(cause.status, 0, usual_grace, now, out);
}

void Supervisor::on_start_failed(const control::StartFailed& failed, TimePoint now, LauncherActions& out) {
  if (is_ending_) return;  // all workers fail alike; one sentence is enough
  if (main_began_) {
    out.emplace_back(Say{LogLevel::error, failed.reason});  // its end comes next; the run can do without it
    return;
  }
  fail(failed.reason, now, out);
}

void Supervisor::on_daemon_silent(std::size_t host, TimePoint now) {
  auto& silent = hosts_.at(host);
  if (!silent.is_gone) silent.kill_at = std::min(silent.kill_at, now + daemon_grace);
}

void Supervisor::on_daemon_ended(std::size_t host, const LossCause& cause, TimePoint now, LauncherActions& out) {
  auto& gone = hosts_.at(host);
  gone.is_gone = true;
  gone.kill_at = never;
  if (!is_ending_ && host != 0) return on_host_lost(gone, cause, out);
  if (!is_ending_) {
    fail("The daemon of " + gone.name + " " + fate(cause) + "; the run ends.", now, out);
    return finish(out);  // who kept the workers is gone: they are killed from here
  }
  if (!are_all_gone()) return;
  if (is_broker_gone_) return finish(out);
  kill_at_ = now + broker_grace;
  out.emplace_back(CloseBroker{});
}

// Its workers end with it: they live on the daemon's channel.
void Supervisor::on_host_lost(Host& host, const LossCause& cause, LauncherActions& out) {
  out.emplace_back(Say{LogLevel::warn, "The daemon of " + host.name + " " + fate(cause) +
                                           "; the tasks of its workers go to other hosts."});
  for (auto& worker : std::exchange(host.workers, {})) {
    worker.cause = {.signal = cause.signal, .status = cause.status, .text = "lost with the daemon of " + host.name};
    out.emplace_back(TellBroker{worker});
  }
}

bool Supervisor::are_all_gone() const { return std::ranges::all_of(hosts_, &Host::is_gone); }

void Supervisor::tell_all(const control::ToDaemon& message, LauncherActions& out) const {
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    if (!hosts_[host].is_gone) out.emplace_back(TellDaemon{host, message});
  }
}

void Supervisor::on_broker_ended(const LossCause& cause, TimePoint now, LauncherActions& out) {
  is_broker_gone_ = true;
  if (are_all_gone()) return finish(out);
  if (!is_ending_) {
    fail("The broker " + fate(cause) + "; the run ends.", now, out);
  }
}

void Supervisor::on_signal(const SignalEvent& signal, TimePoint now, LauncherActions& out) {
  if (signal.number == SIGTSTP || signal.number == SIGTTIN || signal.number == SIGTTOU) {
    tell_all(control::Pause{}, out);
    out.emplace_back(StopSelf{signal.number});
    tell_all(control::Resume{}, out);
    return;
  }
  const int status = exit_signal_base + signal.number;
  if (is_ending_) {
    status_ = status;
    return finish(out);
  }
  out.emplace_back(
      Say{LogLevel::warn, "Got " + describe_signal(signal.number) + ": ending the run; once more ends it at once."});
  // Ctrl-C reaches the origin by the terminal.
  begin_end(status, signal.from_terminal ? 0 : signal.number, usual_grace, now, out);
}

void Supervisor::on_tick(TimePoint now, LauncherActions& out) {
  if (now >= kill_at_) return finish(out);
  for (std::size_t host = 0; host < hosts_.size(); ++host) {
    if (now < hosts_[host].kill_at) continue;
    hosts_[host].kill_at = never;
    out.emplace_back(KillDaemon{host});
  }
}

TimePoint Supervisor::next_deadline() const {
  TimePoint earliest = kill_at_;
  for (const auto& host : hosts_) earliest = std::min(earliest, host.kill_at);
  return earliest;
}

void Supervisor::fail(const std::string& why, TimePoint now, LauncherActions& out) {
  out.emplace_back(Say{LogLevel::error, why});
  begin_end(main_began_ ? exit_run_failed : exit_usage, SIGTERM, short_grace, now, out);
}

void Supervisor::begin_end(int status, int origin_signal, Duration grace, TimePoint now, LauncherActions& out) {
  is_ending_ = true;
  status_ = status;
  kill_at_ = now + grace + daemon_grace;
  const auto grace_ms = std::chrono::duration_cast<milliseconds>(grace).count();
  tell_all(control::StopHost{origin_signal, static_cast<std::uint32_t>(grace_ms)}, out);
}

void Supervisor::finish(LauncherActions& out) {
  if (is_finished_) return;
  is_finished_ = true;
  kill_at_ = never;
  for (auto& host : hosts_) host.kill_at = never;
  out.emplace_back(FinishRun{status_});
}

}  // namespace scoop

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
// Signs of life in the time of a lease, so that some may be late.
constexpr int beats_in_lease = 4;
// What the daemon needs beyond its lease to end everything there.
constexpr auto lease_grace = milliseconds(1000);

/// "was killed by signal 9 (Killed)", "ended with exit status 3"
std::string fate(const LossCause& cause) { return (cause.signal != 0 ? "was " : "") + cause.text; }

}  // namespace

struct Supervisor::FromHost {
  Supervisor& self;
  std::size_t number;
  Host& host;
  TimePoint now;
  LauncherActions& out;

  void operator()(const control::HostReady& ready) const {
    out.emplace_back(Say{LogLevel::debug, "host_ready host=" + host.name + " cores=" + std::to_string(ready.cores)});
  }
  void operator()(const control::WorkerReady& ready) const { self.on_worker_ready(number, host, ready.id, out); }
  void operator()(const control::Ended& ended) const { self.on_worker_ended(number, host, ended, now, out); }
  void operator()(const control::StartFailed& failed) const { self.on_start_failed(number, host, failed, now, out); }
  void operator()(const control::Output&) const {}
  void operator()(const control::Log&) const {}
  void operator()(const control::MapProgress&) const {}
  void operator()(const control::Alive&) const {}
  void operator()(const control::InputTaken&) const {}
  void operator()(const control::Checked&) const {}
  void operator()(const control::Replaced& replaced) const { self.on_worker_replaced(host, replaced, out); }
};

void Supervisor::add_host(std::size_t host, const std::string& name, bool is_remote, TimePoint now) {
  auto& added = hosts_[host];
  added.name = name;
  added.is_remote = is_remote;
  if (!is_remote) return;
  added.lost_at = now + settings_.lease + lease_grace;
  beat_at_ = now;
}

void Supervisor::begin(const LaunchPlan& plan) {
  const bool is_late = origin_.has_value();
  for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
    const auto& share = plan.hosts[i];
    auto* const host = find(share.host);
    if (host == nullptr || std::exchange(host->has_begun, true)) continue;
    host->has_origin = share.has_origin;
    host->is_late = is_late;
    for (const auto& [id, name] : workers_of(plan, i)) {
      const bool is_origin = share.has_origin && id.slot == 0;
      if (is_origin) origin_ = id;
      host->workers.push_back({{id, name, is_origin, {}}});
    }
  }
}

Supervisor::Host* Supervisor::find(std::size_t host) {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? nullptr : &found->second;
}

void Supervisor::on_daemon_message(std::size_t host, const control::FromDaemon& message, TimePoint now,
                                   LauncherActions& out) {
  auto* const sender = find(host);
  if (sender == nullptr) return;
  if (sender->is_remote) sender->lost_at = now + settings_.lease + lease_grace;
  std::visit(FromHost{*this, host, *sender, now, out}, message);
}

void Supervisor::on_broker_message(const control::FromBroker& message, TimePoint now, LauncherActions& out) {
  if (std::holds_alternative<control::BrokerReady>(message)) {
    out.emplace_back(Say{LogLevel::debug, "broker_ready"});
  } else if (const auto* failed = std::get_if<control::StartFailed>(&message)) {
    on_start_failed(*failed, now, out);
  } else if (const auto* left = std::get_if<control::Left>(&message)) {
    on_worker_left(left->id, out);
  }
}

void Supervisor::on_worker_ready(std::size_t number, Host& host, WorkerId id, LauncherActions& out) {
  if (id == origin_) main_began_ = true;
  out.emplace_back(Say{LogLevel::debug, "worker_ready id=" + to_string(id)});
  for (auto& worker : host.workers) worker.is_ready |= worker.end.id == id;
  settle_late(number, host, out);
}

/// Whether a host that came later is there by now.
void Supervisor::settle_late(std::size_t number, Host& host, LauncherActions& out) {
  if (!host.is_late || host.is_let_go || !std::ranges::all_of(host.workers, &Worker::is_ready)) return;
  if (!host.workers.empty()) {
    host.is_late = false;
    out.emplace_back(HostJoined{number});
    return;
  }
  host.is_let_go = true;
  host.failure = "all its workers ended while they started";
  out.emplace_back(TellDaemon{number, control::StopHost{0, 0}});
}

void Supervisor::on_worker_ended(std::size_t number, Host& host, const control::Ended& ended, TimePoint now,
                                 LauncherActions& out) {
  out.emplace_back(Say{LogLevel::debug, "worker_ended id=" + to_string(ended.id) +
                                            " signal=" + std::to_string(ended.cause.signal) +
                                            " status=" + std::to_string(ended.cause.status)});
  std::erase_if(host.workers, [&](const auto& worker) { return worker.end.id == ended.id; });
  if (ended.is_origin) return on_origin_ended(ended.cause, now, out);
  if (is_ending_) return;
  if (ended.cause.is_wanted) {
    out.emplace_back(Say{LogLevel::info, ended.name + " " + fate(ended.cause) + "; another takes its place."});
  } else if (!host.is_let_go) {
    host.lost.push_back(ended);
    out.emplace_back(Say{LogLevel::warn, ended.name + " " + fate(ended.cause) + "; its tasks go to other workers."});
  }
  out.emplace_back(TellBroker{ended});
  settle_late(number, host, out);
  stop_if_left(number, host, out);
}

void Supervisor::on_worker_replaced(Host& host, const control::Replaced& replaced, LauncherActions& out) const {
  if (is_ending_) return;
  host.workers.push_back({{replaced.id, replaced.name, false, {}}});
  if (host.is_leaving) out.emplace_back(TellBroker{control::DrainWorker{replaced.id}});
}

void Supervisor::on_origin_ended(const LossCause& cause, TimePoint now, LauncherActions& out) {
  if (is_ending_) return;  // by our own signal, or by the terminal's, which we got as well
  if (cause.signal != 0) {
    out.emplace_back(Say{LogLevel::error, "The origin " + fate(cause) + "."});
    return begin_end(exit_signal_base + cause.signal, "crashed", 0, usual_grace, now, out);
  }
  out.emplace_back(Say{LogLevel::info, "Root process is done."});
  begin_end(cause.status, cause.status == 0 ? "done" : "failed", 0, usual_grace, now, out);
}

void Supervisor::on_start_failed(const control::StartFailed& failed, TimePoint now, LauncherActions& out) {
  if (is_ending_) return;  // all workers fail alike; one sentence is enough
  out.emplace_back(Say{LogLevel::error, failed.reason});
  if (main_began_) return;  // its end comes next; the run can do without it
  begin_end(exit_usage, "refused", SIGTERM, short_grace, now, out);
}

// Where all workers fail alike, the origin's host is among them. Without another one the run goes on, also once main
// runs.
void Supervisor::on_start_failed(std::size_t number, Host& host, const control::StartFailed& failed, TimePoint now,
                                 LauncherActions& out) {
  if (!host.is_late && (host.has_origin || settings_.require_all)) return on_start_failed(failed, now, out);
  if (is_ending_ || std::exchange(host.is_let_go, true)) return;
  host.failure = failed.reason;
  out.emplace_back(Say{LogLevel::warn, host.name + ": " + failed.reason + "; the run goes on without this host."});
  out.emplace_back(TellDaemon{number, control::StopHost{0, 0}});
}

void Supervisor::on_daemon_silent(std::size_t host, TimePoint now) {
  auto* const silent = find(host);
  if (silent != nullptr && !silent->is_gone) silent->kill_at = std::min(silent->kill_at, now + daemon_grace);
}

void Supervisor::on_daemon_ended(std::size_t host, const LossCause& cause, TimePoint now, LauncherActions& out) {
  auto* const gone = find(host);
  if (gone == nullptr) return;
  gone->is_gone = true;
  gone->kill_at = gone->lost_at = never;
  const auto why = gone->silence.empty() ? fate(cause) : gone->silence;
  if (!is_ending_ && !gone->has_origin) {
    on_host_lost(*gone, cause, why, out);
    if (gone->is_let_go && gone->is_leaving) {
      out.emplace_back(Say{LogLevel::info, gone->name + " has left the run."});
      out.emplace_back(HostGone{host, ""});
    } else {
      out.emplace_back(
          HostGone{host, gone->failure.empty() ? "the daemon of " + gone->name + " " + why : gone->failure});
    }
    return;
  }
  if (!is_ending_) {
    break_off("The daemon of " + gone->name + " " + why + "; the run ends.", now, out);
    return finish(out);  // who kept the origin is gone: what is here is killed from here, other hosts hear the end
  }
  if (!are_all_gone()) return;
  if (is_broker_gone_) return finish(out);
  kill_at_ = now + broker_grace;
  out.emplace_back(CloseBroker{});
}

// Its workers end with it: they live on the daemon's channel.
void Supervisor::on_host_lost(Host& host, const LossCause& cause, const std::string& why, LauncherActions& out) {
  if (host.workers.empty()) return;  // it had no part in the run, or was let go
  out.emplace_back(
      Say{LogLevel::warn, "The daemon of " + host.name + " " + why + "; the tasks of its workers go to other hosts."});
  for (auto& [worker, is_ready, has_left] : std::exchange(host.workers, {})) {
    worker.cause = {.signal = cause.signal, .status = cause.status, .text = "lost with the daemon of " + host.name};
    host.lost.push_back(worker);
    out.emplace_back(TellBroker{worker});
  }
}

// --- a host leaves ---

Status Supervisor::remove_host(std::size_t host, LauncherActions& out) {
  auto* const leaving = find(host);
  if (is_ending_) return Failure{"the run is ending"};
  if (leaving == nullptr || leaving->is_gone) return Failure{"the host has not come yet; try again when it has"};
  if (leaving->has_origin) {
    return Failure{leaving->name + " cannot be removed: the origin, which runs main, is there; it ends with the run"};
  }
  if (!leaving->has_begun) return Failure{leaving->name + " has not joined yet; try again when it has"};
  if (leaving->is_let_go || std::exchange(leaving->is_leaving, true)) {
    return Failure{leaving->name + " is being removed already"};
  }
  out.emplace_back(Say{LogLevel::info,
                       leaving->name + " takes no more tasks, and leaves when those that it has begun are finished."});
  for (const auto& worker : leaving->workers) out.emplace_back(TellBroker{control::DrainWorker{worker.end.id}});
  stop_if_left(host, *leaving, out);
  return success();
}

void Supervisor::on_worker_left(WorkerId id, LauncherActions& out) {
  for (auto& [number, host] : hosts_) {
    const auto left = std::ranges::find(host.workers, id, [](const auto& worker) { return worker.end.id; });
    if (left == host.workers.end()) continue;
    left->has_left = true;
    return stop_if_left(number, host, out);
  }
}

// All at once: a host's workers end with its daemon.
void Supervisor::stop_if_left(std::size_t number, Host& host, LauncherActions& out) const {
  if (!host.is_leaving || host.is_let_go || !std::ranges::all_of(host.workers, &Worker::has_left)) return;
  host.is_let_go = true;
  out.emplace_back(TellDaemon{number, control::StopHost{}});
}

bool Supervisor::is_present(std::size_t host) const {
  const auto found = hosts_.find(host);
  return found != hosts_.end() && !found->second.is_gone;
}

std::vector<ShownHost> Supervisor::shown_hosts() const {
  std::vector<ShownHost> shown;
  for (const auto& [number, host] : hosts_) {
    if (!host.has_begun || (host.is_gone && host.is_let_go)) continue;
    ShownHost entry{number, host.name, host.has_origin, {}};
    for (const auto& worker : host.workers) {
      const char* state = host.is_leaving ? "draining" : worker.is_ready ? "running" : "starting";
      entry.workers.push_back({worker.end.id, worker.end.name, state});
    }
    for (const auto& lost : host.lost) entry.workers.push_back({lost.id, lost.name, "lost"});
    shown.push_back(std::move(entry));
  }
  return shown;
}

bool Supervisor::are_all_gone() const {
  return std::ranges::all_of(hosts_, [](const auto& entry) { return entry.second.is_gone; });
}

bool Supervisor::has_remote_hosts() const {
  return std::ranges::any_of(hosts_, [](const auto& entry) { return entry.second.is_remote && !entry.second.is_gone; });
}

void Supervisor::tell_all(const control::ToDaemon& message, LauncherActions& out) const {
  for (const auto& [number, host] : hosts_) {
    if (!host.is_gone) out.emplace_back(TellDaemon{number, message});
  }
}

void Supervisor::on_broker_ended(const LossCause& cause, TimePoint now, LauncherActions& out) {
  is_broker_gone_ = true;
  if (!is_ending_) return break_off("The broker " + fate(cause) + "; the run ends.", now, out);
  if (are_all_gone()) finish(out);
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
    outcome_ = "interrupted";
    return finish(out);
  }
  out.emplace_back(
      Say{LogLevel::warn, "Got " + describe_signal(signal.number) + ": ending the run; once more ends it at once."});
  // Ctrl-C reaches an origin on this host by the terminal.
  const bool has_it = signal.from_terminal && !is_origin_remote();
  begin_end(status, "interrupted", has_it ? 0 : signal.number, usual_grace, now, out);
}

void Supervisor::on_tick(TimePoint now, LauncherActions& out) {
  // A tick that comes late says that nobody could be heard meanwhile.
  if (const auto due = std::exchange(tick_due_, never); due != never && now > due + lease_grace) forgive(now - due);
  if (now >= kill_at_) return finish(out);
  for (auto& [number, host] : hosts_) {
    if (now >= host.lost_at) {
      host.lost_at = never;
      host.silence = "could not be heard for " +
                     std::to_string(std::chrono::round<std::chrono::seconds>(settings_.lease + lease_grace).count()) +
                     " s (frozen, or the network is cut)";
      host.kill_at = now;
    }
    if (now < host.kill_at) continue;
    host.kill_at = never;
    out.emplace_back(KillDaemon{number});
  }
  beat(now, out);
  tick_due_ = next_deadline();
}

void Supervisor::forgive(Duration lateness) {
  for (auto& [number, host] : hosts_) {
    if (host.lost_at != never) host.lost_at += lateness;
  }
}

void Supervisor::beat(TimePoint now, LauncherActions& out) {
  if (now < next_beat()) return;
  beat_at_ = now + settings_.lease / beats_in_lease;
  const auto lease_ms = std::chrono::duration_cast<milliseconds>(settings_.lease).count();
  for (const auto& [number, host] : hosts_) {
    if (host.is_remote && !host.is_gone) {
      out.emplace_back(TellDaemon{number, control::Alive{static_cast<std::uint32_t>(lease_ms)}});
    }
  }
}

bool Supervisor::is_origin_remote() const {
  return std::ranges::any_of(hosts_,
                             [](const auto& entry) { return entry.second.has_origin && entry.second.is_remote; });
}

TimePoint Supervisor::next_deadline() const {
  TimePoint earliest = std::min(kill_at_, next_beat());
  for (const auto& [number, host] : hosts_) earliest = std::min({earliest, host.kill_at, host.lost_at});
  return earliest;
}

// The word that main began may have died on its way with the process it came through.
void Supervisor::break_off(const std::string& why, TimePoint now, LauncherActions& out) {
  out.emplace_back(Say{LogLevel::error, why});
  const bool main_may_have_begun = origin_.has_value();
  begin_end(main_may_have_begun ? exit_run_failed : exit_usage, main_may_have_begun ? "broken" : "refused", SIGTERM,
            short_grace, now, out);
}

void Supervisor::begin_end(int status, const std::string& outcome, int origin_signal, Duration grace, TimePoint now,
                           LauncherActions& out) {
  is_ending_ = true;
  status_ = status;
  outcome_ = outcome;
  kill_at_ = now + grace + daemon_grace;
  if (hosts_.empty()) return finish(out);  // none has come yet
  const auto grace_ms = std::chrono::duration_cast<milliseconds>(grace).count();
  tell_all(control::StopHost{origin_signal, static_cast<std::uint32_t>(grace_ms)}, out);
}

void Supervisor::end(int status, TimePoint now, LauncherActions& out) {
  if (is_ending_) return;
  begin_end(status, "checked", 0, short_grace, now, out);
  if (are_all_gone()) finish(out);
}

void Supervisor::finish(LauncherActions& out) {
  if (is_finished_) return;
  is_finished_ = true;
  kill_at_ = never;
  for (auto& [number, host] : hosts_) host.kill_at = host.lost_at = never;
  out.emplace_back(FinishRun{status_, outcome_});
}

}  // namespace scoop

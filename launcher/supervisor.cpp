#include "launcher/supervisor.hpp"

#include <algorithm>
#include <csignal>

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

void Supervisor::on_daemon_message(const control::FromDaemon& message, TimePoint now, LauncherActions& out) {
  std::visit([&](const auto& body) { on(body, now, out); }, message);
}

void Supervisor::on_broker_message(const control::FromBroker& message, TimePoint now, LauncherActions& out) {
  std::visit([&](const auto& body) { on(body, now, out); }, message);
}

void Supervisor::on(const control::HostReady& ready, TimePoint, LauncherActions& out) {
  out.emplace_back(Say{LogLevel::debug, "host_ready host=" + host_name_ + " cores=" + std::to_string(ready.cores)});
}

void Supervisor::on(const control::WorkerReady& ready, TimePoint, LauncherActions& out) {
  // The origin is slot 0 of host 0.
  if (ready.id.host == 0 && ready.id.slot == 0) main_began_ = true;
  out.emplace_back(Say{LogLevel::debug, "worker_ready id=" + to_string(ready.id)});
}

void Supervisor::on(const control::BrokerReady&, TimePoint, LauncherActions& out) {
  out.emplace_back(ShowBroker{});
  out.emplace_back(Say{LogLevel::debug, "broker_ready"});
}

void Supervisor::on(const control::Ended& ended, TimePoint now, LauncherActions& out) {
  out.emplace_back(Say{LogLevel::debug, "worker_ended id=" + to_string(ended.id) +
                                            " signal=" + std::to_string(ended.cause.signal) +
                                            " status=" + std::to_string(ended.cause.status)});
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

void Supervisor::on(const control::StartFailed& failed, TimePoint now, LauncherActions& out) {
  if (is_ending_) return;  // all workers fail alike; one sentence is enough
  if (main_began_) {
    out.emplace_back(Say{LogLevel::error, failed.reason});  // its end comes next; the run can do without it
    return;
  }
  fail(failed.reason, now, out);
}

void Supervisor::on_daemon_silent(TimePoint now) {
  if (!is_daemon_gone_) kill_at_ = std::min(kill_at_, now + daemon_grace);
}

void Supervisor::on_daemon_ended(const LossCause& cause, TimePoint now, LauncherActions& out) {
  is_daemon_gone_ = true;
  if (!is_ending_) {
    fail("The daemon of " + host_name_ + " " + fate(cause) + "; the run ends.", now, out);
    return finish(out);  // who kept the workers is gone: they are killed from here
  }
  if (is_broker_gone_) return finish(out);
  kill_at_ = now + broker_grace;
  out.emplace_back(CloseBroker{});
}

void Supervisor::on_broker_ended(const LossCause& cause, TimePoint now, LauncherActions& out) {
  is_broker_gone_ = true;
  if (is_daemon_gone_) return finish(out);
  if (!is_ending_) {
    fail("The broker " + fate(cause) + "; the run ends.", now, out);
  }
}

void Supervisor::on_signal(const SignalEvent& signal, TimePoint now, LauncherActions& out) {
  if (signal.number == SIGTSTP || signal.number == SIGTTIN || signal.number == SIGTTOU) {
    out.emplace_back(TellDaemon{control::Pause{}});
    out.emplace_back(StopSelf{signal.number});
    out.emplace_back(TellDaemon{control::Resume{}});
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
  if (now >= kill_at_) finish(out);
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
  out.emplace_back(TellDaemon{control::StopHost{origin_signal, static_cast<std::uint32_t>(grace_ms)}});
}

void Supervisor::finish(LauncherActions& out) {
  if (is_finished_) return;
  is_finished_ = true;
  kill_at_ = never;
  out.emplace_back(FinishRun{status_});
}

}  // namespace scoop

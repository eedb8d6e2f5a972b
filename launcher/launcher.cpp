#include "launcher/launcher.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "common/base/exit_code.hpp"
#include "common/process/process_tree.hpp"

namespace scoop {
namespace {

/// All that is still to be read. For the end of a process: what it said last counts.
template <class Channel, class Handle>
void drain(Channel& channel, Handle handle) {
  channel.frames().receive();
  while (const auto message = channel.next()) handle(*message);
}

LogRecord to_record(const control::Log& log) {
  return {std::chrono::system_clock::time_point(std::chrono::microseconds(log.time_us)),
          static_cast<LogLevel>(log.level), log.name, log.text};
}

/// How long a host's daemon lives without hearing us: short enough that nothing is left behind for long.
Duration lease_of(const LauncherOptions& options) {
  constexpr Duration usual = std::chrono::seconds(8);
  constexpr Duration least = std::chrono::seconds(2);
  return options.lost_after ? std::max<Duration>(*options.lost_after, least) : usual;
}

}  // namespace

Launcher::Launcher(LauncherOptions options)
    : options_(std::move(options)),
      log_("launcher", options_.kept_level(), [this](LogRecord record) { show(record); }),
      run_log_([this](std::string warning) { log_.warn(std::move(warning)); }),
      spared_(own_children()),
      signals_({SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU}),
      supervisor_({lease_of(options_), options_.hosts.require_all}),
      input_(loop_, [this](Bytes bytes) { hosts_->send(plan_.hosts[0].host, control::Input{std::move(bytes)}); }),
      clients_(loop_, [this](ClientServer::Id client, const control::FromClient& request) {
        std::visit([&](const auto& body) { on_request(client, body); }, request);
      }) {
  ignore_broken_pipes();
  adopt_orphans();
}

Result<int> Launcher::run() {
  run_log_.begin(options_.command_line);
  if (const auto started = start(); !started) refusal_ = started.failure();
  while (!finish_ && !refusal_) {
    set_interests();
    loop_.run_once(next_deadline());
    tick();
  }
  input_.stop();
  console_.progress().on_end();
  console_.show_progress(Clock::now());
  console_.hide_progress();
  end_processes();
  if (refusal_) {
    run_log_.write({std::chrono::system_clock::now(), LogLevel::error, "launcher", refusal_->message});
    run_log_.end(exit_usage, "refused");
    return *refusal_;
  }
  log_.info("Finished cleaning spawned subprocesses.");
  run_log_.end(finish_->status, finish_->outcome);
  flush_console();
  return finish_->status;
}

void Launcher::set_interests() {
  const bool reads = !console_.is_clogged();
  console_.set_interests(loop_);
  const auto& frames = broker_->frames();
  loop_.set_events(frames.in_fd(),
                   static_cast<short>((reads ? POLLIN : 0) | (frames.queued_bytes() > 0 ? POLLOUT : 0)));
  hosts_->set_interests(reads);
  input_.set_interests();
  clients_.set_interests();
}

// While the user's terminal takes nothing, nobody is late; but the hosts must hear that we live.
TimePoint Launcher::next_deadline() const {
  if (console_.is_clogged()) return std::min(supervisor_.next_beat(), run_log_.next_flush());
  const auto earliest =
      std::min({supervisor_.next_deadline(), hosts_->next_deadline(), run_log_.next_flush(), console_.next_progress()});
  return check_ ? std::min(earliest, check_->next_deadline()) : earliest;
}

void Launcher::tick() {
  const TimePoint now = Clock::now();
  run_log_.on_tick(now);
  console_.show_progress(now);
  LauncherActions actions;
  if (console_.is_clogged()) {
    supervisor_.beat(now, actions);
  } else {
    supervisor_.on_tick(now, actions);
    hosts_->on_tick(now);
  }
  act(actions);
  if (finish_ || refusal_) return;
  if (const auto gone_on = go_on_with_start(); !gone_on) refusal_ = gone_on.failure();
  if (check_ && !refusal_ && stage_ == Stage::running) go_on_with_check(now);
}

void Launcher::read_broker() {
  drain(*broker_, [this](const control::FromBroker& message) {
    std::visit([this](const auto& body) { show(body); }, message);
    LauncherActions actions;
    supervisor_.on_broker_message(message, Clock::now(), actions);
    act(actions);
  });
  if (broker_->frames().ended()) loop_.unwatch(broker_->frames().in_fd());
}

void Launcher::read_signals() {
  for (const auto& event : signals_.take()) {
    if (event.number == SIGCHLD) {
      reap_children();
      continue;
    }
    LauncherActions actions;
    supervisor_.on_signal(event, Clock::now(), actions);
    act(actions);
  }
}

void Launcher::reap_children() {
  int wait_status = 0;
  while (true) {
    const pid_t pid = ::waitpid(-1, &wait_status, WNOHANG);
    if (pid <= 0) return;
    const auto cause = to_cause(wait_status);
    if (hosts_ && hosts_->on_child_ended(pid, cause)) continue;
    if (pid != broker_pid_) continue;
    while (!broker_->frames().ended()) read_broker();
    broker_pid_ = 0;
    LauncherActions actions;
    supervisor_.on_broker_ended(cause, Clock::now(), actions);
    act(actions);
  }
}

void Launcher::act(const LauncherActions& actions) {
  for (const auto& action : actions) std::visit([this](const auto& one) { act(one); }, action);
}

// From here on in log lines. A run on one host has no port: our own number tells runs apart just as well.
void Launcher::name_broker() {
  const auto place = "127.0.0.1:" + std::to_string(::getpid());
  console_.set_broker(place);
  run_log_.set_broker(place);
}

void Launcher::act(const StopSelf& action) {
  console_.hide_progress();
  if (broker_pid_ != 0) ::kill(broker_pid_, SIGSTOP);
  deliver_to_self(action.signal);
  if (broker_pid_ != 0) ::kill(broker_pid_, SIGCONT);
}

void Launcher::show(const LogRecord& record) {
  run_log_.write(record);
  if (record.level >= options_.log_level) console_.show(record);
}

void Launcher::show(const control::Log& log) { show(to_record(log)); }

void Launcher::show(const control::Output& output) {
  console_.print(output.is_error || check_, {output.bytes.data(), output.bytes.size()});
  tell_origin_of_break(output.is_error);
}

// An origin of this host finds out by itself; one of another host would write for ever.
void Launcher::tell_origin_of_break(bool is_error) {
  if (!console_.is_broken(is_error) || plan_.hosts.empty() || !is_remote(plan_.hosts[0].host)) return;
  if (std::exchange(has_told_of_break_[is_error ? 1 : 0], true)) return;
  hosts_->send(plan_.hosts[0].host, control::OutputClosed{is_error});
}

// Broker and daemons have ended by now, or must; what a killed daemon left has become ours. Daemons of other hosts end
// with their ssh.
void Launcher::end_processes() {
  kill_descendants(spared_, std::chrono::seconds(2));
  run_directory_.reset();
}

// For as long as the reader takes, unless the user wants to go.
void Launcher::flush_console() {
  bool is_wanted = true;
  loop_.watch(signals_.fd(), POLLIN, [&](short) {
    for (const auto& event : signals_.take()) is_wanted = is_wanted && event.number == SIGCHLD;
  });
  while (console_.has_queued() && is_wanted) {
    console_.set_interests(loop_);
    loop_.run_once(never);
  }
}

}  // namespace scoop

#include "launcher/launcher.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <scoop/detail/abi.hpp>
#include "common/process/process_tree.hpp"
#include "common/process/spawn.hpp"
#include "launcher/broker_socket.hpp"

namespace scoop {
namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang++ " __clang_version__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

/// "clang++ 16.0.6 (15~deb12u1)" and "g++ 12.2.0": the name and the number.
std::string compiler_name() {
  const std::string text = compiler;
  return text.substr(0, text.find(' ', text.find(' ') + 1));
}

Result<std::string> own_folder() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
  if (error) return Failure{"/proc/self/exe cannot be read: " + error.message() + "; mount /proc"};
  for (const std::string name : {"scoop-broker", "scoop-worker"}) {
    if (::access((folder + "/" + name).c_str(), X_OK) != 0) {
      return Failure{folder + "/" + name + " is missing: build or install SCOOP again"};
    }
  }
  return folder;
}

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

}  // namespace

Launcher::Launcher(LauncherOptions options, LaunchPlan plan)
    : options_(std::move(options)),
      plan_(std::move(plan)),
      log_("launcher", options_.log_level, [this](LogRecord record) { console_.show(record); }),
      spared_(own_children()),
      signals_({SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU}),
      supervisor_(plan_) {
  ignore_broken_pipes();
  adopt_orphans();
}

Result<int> Launcher::run() {
  if (const auto started = start(); !started) {
    end_processes();
    return started.failure();
  }
  while (!status_) {
    set_interests();
    // While the user's terminal takes nothing, nobody is late.
    loop_.run_once(console_.is_clogged() ? never : supervisor_.next_deadline());
    LauncherActions actions;
    if (!console_.is_clogged()) supervisor_.on_tick(Clock::now(), actions);
    act(actions);
  }
  end_processes();
  log_.info("Finished cleaning spawned subprocesses.");
  flush_console();
  return *status_;
}

Status Launcher::start() {
  const auto folder = own_folder();
  if (!folder) return folder.failure();
  if (!options_.log_file.empty()) {
    if (const auto opened = console_.open_log_file(options_.log_file); !opened) return opened.failure();
  }
  auto directory = RunDirectory::make();
  if (!directory) return directory.failure();
  run_directory_.emplace(*std::move(directory));

  const auto run = make_run_plan(options_, plan_, run_directory_->path());
  if (const auto spawned = spawn_broker(*folder, run); !spawned) return spawned.failure();
  daemons_.reserve(plan_.hosts.size());  // they are watched where they lie
  for (std::size_t host = 0; host < plan_.hosts.size(); ++host) {
    if (const auto spawned = spawn_daemon(*folder, host, run); !spawned) return spawned.failure();
  }
  greet();
  loop_.watch(signals_.fd(), POLLIN, [this](short) { read_signals(); });
  watch(*broker_, [this] { read_broker(); });
  for (std::size_t host = 0; host < daemons_.size(); ++host) {
    watch(daemons_[host].channel, [this, host] { read_daemon(host); });
  }
  return success();
}

Status Launcher::spawn_broker(const std::string& folder, const control::RunPlan& run) {
  auto socket = listen_at(run_directory_->path() + "/broker.sock");
  if (!socket) return socket.failure();
  auto control = control::make_socket_pair();
  if (!control) return control.failure();
  SpawnRequest request;
  request.program = folder + "/scoop-broker";
  request.arguments = {"--control-fd", std::to_string(control->theirs.get()), "--listen-fd",
                       std::to_string(socket->get())};
  request.environment = own_environment();
  request.inherited = {control->theirs.get(), socket->get()};
  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  broker_pid_ = *pid;
  broker_.emplace(std::move(control->ours));
  control::BrokerPlan plan{run};
  plan.run.plugin.clear();
  plan.run.arguments.clear();
  broker_->send(plan);
  return success();
}

// It must outlive us for a moment, to end what is below it: so no death with its parent, but the end of its channel.
// Its outputs are ours, for the origin.
Status Launcher::spawn_daemon(const std::string& folder, std::size_t host, const control::RunPlan& run) {
  auto control = control::make_socket_pair();
  if (!control) return control.failure();
  SpawnRequest request;
  request.program = folder + "/scoop-worker";
  request.arguments = {"--host", "--control-fd", std::to_string(control->theirs.get())};
  request.environment = own_environment();
  request.inherited = {control->theirs.get()};
  request.dies_with_parent = false;
  const auto pid = spawn(request);
  if (!pid) return pid.failure();
  auto& daemon = daemons_.emplace_back(HostDaemon{control::DaemonChannel(std::move(control->ours)), *pid});
  auto start = make_start(plan_, host, run);
  start.settings = options_.worker_settings;
  start.origin_process_group = ::getpgrp();
  start.environment = std::move(request.environment);
  daemon.channel.send(start);
  return success();
}

void Launcher::greet() {
  log_.info("SCOOP " SCOOP_VERSION " on linux using " + compiler_name() +
            ", API: " + std::to_string(detail::abi_version));
  for (const auto& line : describe(plan_)) log_.info(line);
  log_.debug("run_started broker_pid=" + std::to_string(broker_pid_) +
             " daemon_pid=" + std::to_string(daemons_[0].pid) + " directory=" + run_directory_->path());
}

template <class Channel, class Read>
void Launcher::watch(Channel& channel, Read read) {
  loop_.watch(channel.frames().in_fd(), POLLIN, [&channel, read](short revents) {
    if (revents & POLLOUT) channel.frames().flush();
    if (revents & ~POLLOUT) read();
  });
}

void Launcher::set_interests() {
  console_.set_interests(loop_);
  const auto events = [](const control::FrameChannel& frames, bool reads) {
    return static_cast<short>((reads ? POLLIN : 0) | (frames.queued_bytes() > 0 ? POLLOUT : 0));
  };
  loop_.set_events(broker_->frames().in_fd(), events(broker_->frames(), !console_.is_clogged()));
  for (const auto& daemon : daemons_) {
    const auto& frames = daemon.channel.frames();
    loop_.set_events(frames.in_fd(), events(frames, !console_.is_clogged()));
  }
}

void Launcher::read_daemon(std::size_t host) {
  auto& channel = daemons_[host].channel;
  drain(channel, [this, host](const control::FromDaemon& message) {
    std::visit([this](const auto& body) { show(body); }, message);
    LauncherActions actions;
    supervisor_.on_daemon_message(host, message, Clock::now(), actions);
    act(actions);
  });
  if (!channel.frames().ended()) return;
  loop_.unwatch(channel.frames().in_fd());
  supervisor_.on_daemon_silent(host, Clock::now());
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
    LauncherActions actions;
    const auto daemon = std::ranges::find(daemons_, pid, &HostDaemon::pid);
    if (daemon != daemons_.end()) {
      const auto host = static_cast<std::size_t>(daemon - daemons_.begin());
      while (!daemon->channel.frames().ended()) read_daemon(host);
      daemon->pid = 0;
      supervisor_.on_daemon_ended(host, to_cause(wait_status), Clock::now(), actions);
    } else if (pid == broker_pid_) {
      while (!broker_->frames().ended()) read_broker();
      broker_pid_ = 0;
      supervisor_.on_broker_ended(to_cause(wait_status), Clock::now(), actions);
    }
    act(actions);
  }
}

void Launcher::act(const LauncherActions& actions) {
  for (const auto& action : actions) std::visit([this](const auto& one) { act(one); }, action);
}

void Launcher::act(const ShowBroker&) {
  // A run on one host has no port: our own number tells runs apart just as well.
  console_.set_broker(plan_.hosts.at(0).name + ":" + std::to_string(::getpid()));
}

void Launcher::act(const StopSelf& action) {
  if (broker_pid_ != 0) ::kill(broker_pid_, SIGSTOP);
  deliver_to_self(action.signal);
  if (broker_pid_ != 0) ::kill(broker_pid_, SIGCONT);
}

void Launcher::act(const KillDaemon& action) {
  if (const pid_t pid = daemons_[action.host].pid; pid != 0) ::kill(pid, SIGKILL);
}

void Launcher::act(const FinishRun& action) { status_ = action.status; }

void Launcher::show(const control::Log& log) {
  if (log.level >= static_cast<int>(options_.log_level)) console_.show(to_record(log));
}

void Launcher::show(const control::Output& output) {
  console_.print(output.is_error, {output.bytes.data(), output.bytes.size()});
}

// Broker and daemon have ended by now, or must; what a killed daemon left has become ours.
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

#include "worker/daemon/daemon.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/exit_code.hpp"
#include "common/process/cpu_count.hpp"
#include "common/process/process_tree.hpp"
#include "common/process/run_directory.hpp"
#include "worker/daemon/worker_setup.hpp"

namespace scoop {
namespace {

// What may wait for the launcher before the workers' outputs are left in their pipes.
constexpr std::size_t most_queued_bytes = 1u << 20;
// What is still read of the outputs of a worker that has ended: more than a pipe holds.
constexpr std::size_t most_left_bytes = 1u << 20;

}  // namespace

Daemon::Daemon(UniqueFd control)
    : signals_({SIGCHLD, SIGTERM, SIGINT, SIGHUP}), launcher_(std::move(control)), core_(usable_cpus()) {
  ignore_broken_pipes();
  adopt_orphans();
  std::error_code error;
  program_ = std::filesystem::read_symlink("/proc/self/exe", error).string();
  loop_.watch(signals_.fd(), POLLIN, [this](short) { read_signals(); });
  watch_launcher();
}

int Daemon::run() {
  while (!is_finished_ && !is_lease_over_) {
    set_interests();
    loop_.run_once(core_.next_deadline());
    DaemonActions actions;
    core_.on_tick(Clock::now(), actions);
    act(actions);
  }
  return is_finished_ ? say_goodbye() : end_everything();
}

void Daemon::watch_launcher() {
  auto& frames = launcher_.frames();
  if (frames.in_fd() == frames.out_fd()) {
    loop_.watch(frames.in_fd(), POLLIN, [this](short revents) {
      if (revents & POLLOUT) launcher_.frames().flush();
      if (revents & ~POLLOUT) read_launcher();
    });
  } else {
    loop_.watch(frames.in_fd(), POLLIN, [this](short) { read_launcher(); });
    loop_.watch(frames.out_fd(), 0, [this](short) { launcher_.frames().flush(); });
  }
}

void Daemon::watch_worker(Slot slot) {
  auto& worker = workers_.at(slot);
  loop_.watch(worker.channel->frames().in_fd(), POLLIN, [this, slot](short revents) {
    if (revents & POLLOUT) workers_.at(slot).channel->frames().flush();
    if (revents & ~POLLOUT) read_worker(slot);
  });
  for (auto& output : worker.outputs) {
    if (!output.fd) continue;
    loop_.watch(output.fd.get(), POLLIN, [this, slot, &output](short) { read_output(slot, output); });
  }
}

void Daemon::set_interests() {
  const auto& frames = launcher_.frames();
  const bool has_queued = frames.queued_bytes() > 0;
  const bool is_clogged = frames.queued_bytes() > most_queued_bytes;
  const short launcher_out = has_queued ? POLLOUT : 0;
  if (frames.in_fd() == frames.out_fd()) {
    loop_.set_events(frames.in_fd(), static_cast<short>(POLLIN | launcher_out));
  } else {
    loop_.set_events(frames.out_fd(), launcher_out);
  }
  const short in = is_clogged ? 0 : POLLIN;
  for (const auto& [slot, worker] : workers_) {
    if (worker.channel) {
      const auto& worker_frames = worker.channel->frames();
      const short out = worker_frames.queued_bytes() > 0 ? POLLOUT : 0;
      loop_.set_events(worker_frames.in_fd(), static_cast<short>(in | out));
    }
    for (const auto& output : worker.outputs) {
      if (output.fd) loop_.set_events(output.fd.get(), in);
    }
  }
}

void Daemon::read_launcher() {
  launcher_.frames().receive();
  while (const auto message = launcher_.next()) {
    DaemonActions actions;
    core_.on_message(*message, Clock::now(), actions);
    act(actions);
  }
  if (launcher_.frames().ended()) is_lease_over_ = true;
}

void Daemon::read_signals() {
  for (const auto& event : signals_.take()) {
    if (event.number == SIGCHLD) {
      reap_children();
    } else {
      is_lease_over_ = true;  // somebody wants us gone, and nothing may be left behind
    }
  }
}

void Daemon::read_worker(Slot slot) {
  auto& worker = workers_.at(slot);
  if (!worker.channel) return;
  worker.channel->frames().receive();
  while (const auto message = worker.channel->next()) {
    DaemonActions actions;
    core_.on_worker_message(slot, *message, actions);
    act(actions);
  }
  if (!worker.channel->frames().ended()) return;
  loop_.unwatch(worker.channel->frames().in_fd());
  worker.channel.reset();
}

void Daemon::read_output(Slot slot, OutputStream& output) {
  std::array<char, 64u << 10> block;
  const auto count = ::read(output.fd.get(), block.data(), block.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return close_output(slot, output);
  const auto lines = output.lines.append({block.data(), static_cast<std::size_t>(count)});
  if (lines.empty()) return;
  act(TellLauncher{control::Output{workers_.at(slot).id, output.is_error, Bytes(lines.begin(), lines.end())}});
}

void Daemon::close_output(Slot slot, OutputStream& output) {
  loop_.unwatch(output.fd.get());
  output.fd.reset();
  const auto rest = output.lines.finish();
  if (rest.empty()) return;
  act(TellLauncher{control::Output{workers_.at(slot).id, output.is_error, Bytes(rest.begin(), rest.end())}});
}

// Adopted orphans end here too. First looked at, then reaped: as long as the leader is not reaped, nobody else can get
// its process group's number.
void Daemon::reap_children() {
  while (true) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    for (const auto& [slot, worker] : workers_) {
      if (worker.pid == info.si_pid && worker.has_own_group) worker.signal(SIGKILL);  // what it left behind
    }
    int status = 0;
    if (::waitpid(info.si_pid, &status, 0) == info.si_pid) on_child_ended(info.si_pid, status);
  }
}

// What it said and wrote before its end comes first. Not to the end of its outputs: processes that it started may hold
// these open for ever.
void Daemon::on_child_ended(pid_t pid, int wait_status) {
  for (auto& [slot, worker] : workers_) {
    if (worker.pid != pid) continue;
    if (worker.channel) read_worker(slot);
    if (worker.channel) loop_.unwatch(worker.channel->frames().in_fd());
    for (auto& output : worker.outputs) {
      for (std::size_t i = 0; output.fd && i < most_left_bytes / (64u << 10); ++i) read_output(slot, output);
      if (output.fd) close_output(slot, output);
    }
    const Slot ended = slot;
    workers_.erase(slot);
    DaemonActions actions;
    core_.on_worker_ended(ended, to_cause(wait_status), actions);
    return act(actions);
  }
}

void Daemon::act(const DaemonActions& actions) {
  for (const auto& action : actions) std::visit([this](const auto& one) { act(one); }, action);
}

WorkerCommand Daemon::command_of(Slot slot) const {
  const auto& start = core_.start();
  const auto threads = threads_of(start, core_.cores());
  WorkerCommand command;
  command.program = program_;
  if (is_wrapped(start, slot)) command.wrap = start.settings.wrap;
  command.preload = start.settings.preload;
  command.environment = with_threads(start.environment, threads);
  command.origin_process_group = start.origin_process_group;
  if (start.settings.bind_to_cores) command.cpus = cpus_of(slot, threads, cpus_by_affinity());
  return command;
}

void Daemon::act(const SpawnWorker& action) {
  auto worker = spawn_worker(action.plan, command_of(action.slot));
  if (worker) {
    workers_.emplace(action.slot, *std::move(worker));
    return watch_worker(action.slot);
  }
  DaemonActions actions;
  core_.on_spawn_failed(action.slot, worker.failure().message, actions);
  act(actions);
}

void Daemon::act(const TellWorker& action) {
  const auto found = workers_.find(action.slot);
  if (found != workers_.end() && found->second.channel) found->second.channel->send(action.message);
}

void Daemon::act(const TellLauncher& action) { launcher_.send(action.message); }

void Daemon::act(const SignalWorker& action) {
  const auto found = workers_.find(action.slot);
  if (found != workers_.end()) found->second.signal(action.signal);
}

void Daemon::act(const FinishDaemon&) { is_finished_ = true; }

int Daemon::say_goodbye() {
  kill_descendants({}, std::chrono::seconds(2));
  auto& frames = launcher_.frames();
  while (frames.queued_bytes() > 0) {
    pollfd writable{frames.out_fd(), POLLOUT, 0};
    ::poll(&writable, 1, -1);
    frames.flush();
  }
  return exit_success;
}

int Daemon::end_everything() {
  for (const auto& [slot, worker] : workers_) worker.signal(SIGKILL);
  kill_descendants({}, std::chrono::seconds(2));
  remove_run_directory(core_.start().run.run_directory);
  return exit_run_failed;
}

int run_daemon(int control_fd) { return Daemon(UniqueFd(control_fd)).run(); }

}  // namespace scoop

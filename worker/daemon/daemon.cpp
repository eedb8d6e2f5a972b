#include "worker/daemon/daemon.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "common/base/exit_code.hpp"
#include "common/process/cpu_count.hpp"
#include "common/process/process_tree.hpp"
#include "common/process/spawn.hpp"
#include "common/progress/terminal.hpp"
#include "worker/daemon/host_cache.hpp"
#include "worker/daemon/host_facts.hpp"
#include "worker/daemon/worker_setup.hpp"
#include "worker/library_path.hpp"

namespace scoop {
namespace {

// What may wait for the launcher before the workers' outputs are left in their pipes.
constexpr std::size_t most_queued_bytes = 1u << 20;
// What is still read of the outputs of a worker that has ended: more than a pipe holds.
constexpr std::size_t most_left_bytes = 1u << 20;
// What a launcher may take to end that was killed.
constexpr auto dying_launcher = std::chrono::seconds(1);
// What the daemon still needs to do its work, and to clean up.
constexpr rlim_t spare_files = 16;
constexpr char too_many_files[] = "the host's daemon may not open more files; raise their number with ulimit -n";
// Until the launcher has said how long it may be silent.
constexpr auto first_lease = std::chrono::seconds(30);

}  // namespace

Daemon::Daemon(control::DaemonSide launcher, TimePoint lease_until)
    : signals_({SIGCHLD, SIGTERM, SIGINT, SIGHUP}), launcher_(std::move(launcher)), core_(usable_cpus(), lease_until) {
  ignore_broken_pipes();
  adopt_orphans();
  std::error_code error;
  program_ = std::filesystem::read_symlink("/proc/self/exe", error).string();
  loop_.watch(signals_.fd(), POLLIN, [this](short) { read_signals(); });
  watch_launcher();
}

int Daemon::run() {
  tell_facts();
  while (!is_finished_ && !is_lease_over_) run_once();
  return is_finished_ ? say_goodbye() : end_everything();
}

void Daemon::tell_facts() {
  const char* connection = std::getenv("SSH_CONNECTION");
  launcher_.send(host_facts(connection == nullptr ? "" : connection));
}

void Daemon::run_once() {
  set_interests();
  loop_.run_once(core_.next_deadline());
  DaemonActions actions;
  core_.on_tick(Clock::now(), actions);
  act(actions);
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
  if (worker.input.is_open()) loop_.watch(worker.input.fd(), 0, [this, slot](short) { flush_input(slot); });
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
    if (worker.input.is_open()) loop_.set_events(worker.input.fd(), worker.input.has_queued() ? POLLOUT : 0);
  }
}

void Daemon::read_launcher() {
  launcher_.frames().receive();
  while (auto message = launcher_.next()) {
    if (const auto* start = std::get_if<control::Start>(&*message); start != nullptr && start->run.check_only) {
      tell_facts();  // before anything else, which takes time
    }
    if (auto* start = std::get_if<control::Start>(&*message); start != nullptr && start->run.run_directory.empty()) {
      if (const auto made = make_run_directory(*start); !made) {
        launcher_.send(control::StartFailed{start->host_name + ": " + made.failure().message});
        continue;
      }
    }
    DaemonActions actions;
    core_.on_message(*message, Clock::now(), actions);
    act(actions);
  }
  if (launcher_.frames().ended()) is_lease_over_ = true;
}

Status Daemon::make_run_directory(control::Start& start) {
  auto made = RunDirectory::make();
  if (!made) return made.failure();
  run_directory_.emplace(*std::move(made));
  start.run.run_directory = run_directory_->path();
  return success();
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
  while (auto message = worker.channel->next()) {
    keep_constant(worker, *message);
    shows_progress_ |= std::holds_alternative<control::MapProgress>(*message);
    DaemonActions actions;
    core_.on_worker_message(slot, *message, actions);
    act(actions);
  }
  if (!worker.channel->frames().ended()) return;
  loop_.unwatch(worker.channel->frames().in_fd());
  worker.channel.reset();
}

void Daemon::keep_constant(HostedWorker& worker, control::FromWorker& message) {
  const auto* put = std::get_if<control::PutConstant>(&message);
  if (put == nullptr) return;
  auto memory = worker.channel->frames().take_fd();
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (memory && static_cast<rlim_t>(memory.get()) + spare_files < files.rlim_cur) {
    constants_.try_emplace(put->key, std::move(memory));
  } else {
    message = control::FailConstant{put->key, too_many_files};
  }
}

void Daemon::read_output(Slot slot, OutputStream& output) {
  std::array<char, 64u << 10> block;
  const auto count = ::read(output.fd.get(), block.data(), block.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return close_output(slot, output);
  const std::string_view bytes(block.data(), static_cast<std::size_t>(count));
  const auto lines = output.is_raw ? std::string(bytes) : output.lines.append(bytes);
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

void Daemon::flush_input(Slot slot) {
  auto& worker = workers_.at(slot);
  const int fd = worker.input.fd();
  tell_taken(worker.input.flush());
  forget_closed_input(worker, fd);
}

void Daemon::tell_taken(std::size_t bytes) {
  if (bytes > 0) launcher_.send(control::InputTaken{bytes});
}

void Daemon::forget_closed_input(HostedWorker& worker, int fd) {
  if (fd >= 0 && !worker.input.is_open()) loop_.unwatch(fd);
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
    if (worker.input.is_open()) loop_.unwatch(worker.input.fd());
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
  command.environment = with_threads(with_variables(own_environment(), start.environment), threads);
  command.environment = with_library_path(std::move(command.environment), library_path_);
  command.origin_process_group = start.origin_process_group;
  command.origin_streams = start.origin_streams;
  command.nice = start.settings.nice;
  command.directory = start.settings.directory;
  if (start.settings.bind_to_cores) command.cpus = cpus_of(slot, threads, cpus_by_affinity());
  return command;
}

void Daemon::act(const SpawnWorker& action) {
  auto command = command_of(action.slot);
  if (core_.start().tags_output) command.tag = "[" + action.plan.name + "] ";
  auto worker = spawn_worker(action.plan, command);
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

void Daemon::act(const GiveConstant& action) {
  const auto found = workers_.find(action.slot);
  if (found == workers_.end() || !found->second.channel) return;
  auto& channel = *found->second.channel;
  UniqueFd memory(::fcntl(constants_.at(action.key).get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (memory) return channel.send(control::ConstantGiven{action.key}, std::move(memory));
  channel.send(control::ConstantRefused{action.key, too_many_files});
}

void Daemon::act(const TellLauncher& action) { launcher_.send(action.message); }

void Daemon::act(const SignalWorker& action) {
  const auto found = workers_.find(action.slot);
  if (found != workers_.end()) found->second.signal(action.signal);
}

void Daemon::act(const FeedWorker& action) {
  const auto found = workers_.find(action.slot);
  if (found == workers_.end()) return;
  const int fd = found->second.input.fd();
  tell_taken(found->second.input.add(action.bytes));
  forget_closed_input(found->second, fd);
}

// As if the reader of a pipe had gone: whoever writes on gets SIGPIPE.
void Daemon::act(const BreakOutput& action) {
  const auto found = workers_.find(action.slot);
  if (found == workers_.end()) return;
  auto& output = found->second.outputs[action.is_error ? 1 : 0];
  if (!output.fd) return;
  loop_.unwatch(output.fd.get());
  output.fd.reset();
}

int Daemon::say_goodbye() {
  kill_descendants({}, std::chrono::seconds(2));
  while (launcher_.frames().queued_bytes() > 0 && !is_lease_over_) run_once();
  return exit_success;
}

int Daemon::end_everything() {
  for (const auto& [slot, worker] : workers_) worker.signal(SIGKILL);
  kill_descendants({}, std::chrono::seconds(2));
  remove_run_directory(core_.start().run.run_directory, dying_launcher);
  // A launcher that was killed has left its status line on the terminal. Last, since this may stop us.
  if (shows_progress_ && ::isatty(STDERR_FILENO) == 1)
    (void)!::write(STDERR_FILENO, whole_screen.data(), whole_screen.size());
  return exit_run_failed;
}

int run_daemon(int control_fd) { return Daemon(control::DaemonSide(UniqueFd(control_fd))).run(); }

// What others write to standard output by mistake must not get between the frames.
int run_remote_daemon(const std::vector<std::string>& cache_folders) {
  UniqueFd in(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  UniqueFd out(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  HostCache cache;
  for (const auto& folder : cache_folders) {
    if (const auto held = cache.hold(folder); !held) {
      std::fprintf(stderr, "%s\n", held.failure().message.c_str());
      return exit_usage;
    }
  }
  cache.trim(HostCache::usual_limit, std::chrono::system_clock::now());
  return Daemon(control::DaemonSide(std::move(in), std::move(out)), Clock::now() + first_lease).run();
}

int clean_up_after_daemon(const std::string& variable) {
  const bool all_ended = kill_those_with(variable, std::chrono::seconds(5));
  remove_abandoned_run_directories();
  return all_ended ? exit_success : exit_run_failed;
}

}  // namespace scoop

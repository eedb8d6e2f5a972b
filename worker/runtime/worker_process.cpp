#include "worker/runtime/worker_process.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "common/base/exit_code.hpp"
#include "common/control/channel.hpp"
#include "common/process/run_directory.hpp"
#include "common/transport/tcp_trial.hpp"
#include "worker/runtime/comm_thread.hpp"
#include "worker/runtime/executor.hpp"
#include "worker/runtime/identity.hpp"
#include "worker/runtime/module_table.hpp"
#include "worker/runtime/origin.hpp"
#include "worker/runtime/plugin.hpp"

namespace scoop {
namespace {

// How long the end of a process that failed waits for its last log lines to leave.
constexpr auto farewell_limit = std::chrono::milliseconds(500);
// Of one that ends as it should: for as long as the reader takes, as with any output.
constexpr auto no_farewell_limit = std::chrono::hours(24 * 365);

// What is longer goes in parts: PostBox counts messages, and a channel takes no frame of any size.
constexpr std::size_t most_log_bytes = 16 * 1024;

// Who is not welcomed by then looks whether a way leads to the broker at all: for a stranger's visit, as its own must
// seem to the broker, that is too seldom to be noticed.
constexpr auto usual_welcome = std::chrono::seconds(3);
constexpr auto trial_limit = std::chrono::seconds(5);

// In the time that counts as a worker's death, so that some may be late.
constexpr int heartbeats_in_silence = 5;

/// Values of some MiB come and go with each task. Given back to the kernel and taken anew, their pages cost more than
/// copying them: 1.3 us each, measured. So up to 64 MiB at the heap's end stay with the process. A user who has set
/// anything of malloc's has the word.
void keep_freed_memory() {
  for (const char* name : {"GLIBC_TUNABLES", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_"})
    if (std::getenv(name)) return;
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

/// Waits for the first message; none if the daemon ended before it sent any.
std::optional<control::WorkerPlan> read_plan(control::WorkerSide& daemon) {
  for (;;) {
    if (auto message = daemon.next()) {
      if (auto* plan = std::get_if<control::WorkerPlan>(&*message)) return std::move(*plan);
      return std::nullopt;
    }
    if (daemon.frames().ended()) return std::nullopt;
    pollfd readable{daemon.frames().in_fd(), POLLIN, 0};
    poll(&readable, 1, -1);
    daemon.frames().receive();
  }
}

/// For what the communication thread is not there yet to send.
void tell(control::WorkerSide& daemon, const control::FromWorker& message) {
  daemon.send(message);
  while (!daemon.frames().ended() && daemon.frames().queued_bytes() > 0) {
    pollfd writable{daemon.frames().out_fd(), POLLOUT, 0};
    poll(&writable, 1, -1);
    daemon.frames().flush();
  }
}

int fail_to_start(control::WorkerSide& daemon, std::string reason) {
  tell(daemon, control::StartFailed{std::move(reason)});
  return exit_usage;
}

/// Errors: one sentence.
Result<Plugin> load(const control::RunPlan& run) {
  identity().is_running = true;  // static initialisers of the program that call scoop are refused
  auto plugin = load_plugin(run.plugin);
  if (!plugin) return plugin.failure();
  if (auto modules = module_table().refresh(); !modules) return modules.failure();
  return plugin;
}

/// Whether a way leads to the broker. Errors: the sentence for the user.
Status reach_broker(const std::string& endpoint) {
  const auto reached = try_tcp(endpoint, trial_limit);
  if (reached) return success();
  return Failure{"the launcher's machine cannot be reached at " + endpoint + ": " + reached.failure().message +
                 "; name another address of it with --address or --interface, or with --port a port that its "
                 "firewall lets through"};
}

/// All that a worker does before it joins.
int check(control::WorkerSide& daemon, const control::RunPlan& run) {
  control::Checked checked;
  if (const auto reached = reach_broker(run.broker_endpoint); !reached) checked.unreachable = reached.failure().message;
  if (const auto plugin = load(run); !plugin) checked.unloadable = plugin.failure().message;
  tell(daemon, checked);
  return exit_success;
}

/// The parts of a running worker, in the order in which they need each other. Never destroyed: exit() runs static
/// destructors of the user's, which may still hold futures.
class Worker {
 public:
  Worker(control::WorkerPlan plan, control::WorkerSide daemon, Plugin plugin)
      : plan_(std::move(plan)),
        plugin_(plugin),
        daemon_fd_(daemon.frames().in_fd()),
        executor_({.stack_size = plan_.run.stack_bytes,
                   .ship_all = plan_.run.ship_all,
                   .doorbell = &doorbell_,
                   .on_stop = [this] { end(exit_success); }},
                  module_table()),
        comm_(comm_settings(), comm_callbacks(), std::move(daemon), executor_, doorbell_) {}

  int run() {
    the_executor = &executor_;
    set_identity();
    executor_.attach();
    executor_.set_pool_size(plan_.run.pool_size);  // what only others may run must not begin here before they came
    if (auto started = comm_.start(); !started) return give_up(started.failure().message);
    if (!comm_.is_answered_within(usual_welcome)) {
      if (auto reached = reach_broker(plan_.run.broker_endpoint); !reached) return give_up(reached.failure().message);
    }
    if (auto joined = comm_.wait_until_joined(); !joined) return give_up(joined.failure().message);
    has_joined_ = true;
    comm_.post(control::Ready{});
    executor_.admit_calls();
    // However the process ends, by main's return or by an exit() of the user's, this comes first of what was there
    // before main; static destructors of the program follow.
    running = this;
    std::atexit([] {
      if (running) running->say_farewell();
    });
    ::pthread_atfork(nullptr, nullptr, [] {
      if (running) running->become_outsider();
    });
    if (!plan_.is_origin) executor_.run();
    end(call_main(plugin_.main, plan_.run.plugin, plan_.run.arguments));
  }

 private:
  CommThread::Settings comm_settings() {
    CommThread::Settings settings;
    settings.core.self = {plan_.id, plan_.name, {}, plan_.is_origin};
    settings.core.abi = detail::abi_version;
    settings.core.modules = module_table().hashes();
    settings.core.expected = plan_.run.pool_size;
    const Duration silence = std::chrono::milliseconds(plan_.run.lost_after_ms);
    if (silence > Duration::zero())
      settings.core.heartbeat_every = std::min(settings.core.heartbeat_every, silence / heartbeats_in_silence);
    settings.listen_address = plan_.endpoint;
    settings.broker_address = plan_.run.broker_endpoint;
    settings.tcp_where = plan_.tcp_where;
    settings.keys = plan_.run.keys;
    settings.faults = FaultInjector(plan_.run.fault.seed, plan_.run.fault.rate);
    settings.log_level = static_cast<LogLevel>(plan_.run.log_level);
    settings.constants = &executor_.constants().desk();
    return settings;
  }

  CommThread::Callbacks comm_callbacks() {
    CommThread::Callbacks callbacks;
    callbacks.on_pool_size = [this](std::size_t workers) {
      executor_.set_pool_size(static_cast<std::uint32_t>(workers));
    };
    callbacks.on_stop = [this] { executor_.request_stop(); };
    callbacks.on_expelled = [this](const std::string& why) { expelled(why); };
    callbacks.on_orphaned = [this] { end_orphaned(); };
    return callbacks;
  }

  void set_identity() {
    Identity& self = identity();
    self.is_origin = plan_.is_origin;
    self.name = plan_.name;
    self.pool_size = plan_.run.pool_size;
    self.log = [this](int level, std::string_view text) { log(level, text); };
    self.show_progress = [this](control::MapProgress progress) { show(std::move(progress)); };
  }

  void log(int level, std::string_view text) {
    const bool has_daemon = has_daemon_;
    if (level < (has_daemon ? plan_.run.log_level : plan_.run.terminal_level)) return;
    if (!has_daemon) return log_to_stderr(text);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto time_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    do {
      comm_.post(control::Log{time_us, level, plan_.name, std::string(text.substr(0, most_log_bytes))});
      text.remove_prefix(std::min(text.size(), most_log_bytes));
    } while (!text.empty());
  }

  /// As information, it is nothing for a quiet terminal; and nothing that a log keeps.
  void show(control::MapProgress progress) {
    if (!has_daemon_ || plan_.run.terminal_level > static_cast<int>(LogLevel::info)) return;
    progress.owner = plan_.id;
    comm_.post(std::move(progress));
  }

  /// What was made in main or in tasks is destroyed now, still before the farewell; but for scoop calls it is too late.
  [[noreturn]] void end(int status) {
    executor_.refuse_calls();
    std::exit(status);
  }

  int give_up(const std::string& reason) {
    comm_.post(control::StartFailed{reason});
    comm_.stop(farewell_limit);
    return exit_usage;
  }

  /// On the communication thread. The pool has given this worker's work to others: it ends, whatever runs here.
  void expelled(const std::string& why) {
    if (!has_joined_) return;  // run() hears of it too, and gives up in order
    log(static_cast<int>(LogLevel::error), why);
    // Not on this thread, which has the last words to send.
    std::thread([this] {
      comm_.stop(farewell_limit);
      _exit(exit_run_failed);
    }).detach();
  }

  /// On the communication thread. Who would have ended what the tasks started, and removed our folder, is gone: where
  /// that was the launcher's host, the launcher does both.
  [[noreturn]] void end_orphaned() {
    if (::fcntl(daemon_fd_, F_GETFD) < 0) {  // they live on, and what is theirs must stay
      log_to_stderr(plan_.name + " ends: the program closed a file descriptor of scoop's; let it close its own only");
      ::_exit(exit_run_failed);
    }
    remove_run_directory(plan_.run.run_directory);
    if (::getpgrp() == ::getpid()) ::kill(0, SIGKILL);
    ::_exit(exit_run_failed);
  }

  /// In a child made by fork(), which has this memory but no communication thread: it is no worker and must not speak
  /// for one. Its end is its own.
  void become_outsider() {
    running = nullptr;
    executor_.disown();
    identity().is_fork = true;
    has_daemon_ = false;
  }

  /// From here on scoop calls are refused.
  void say_farewell() {
    executor_.refuse_calls();
    const std::uint64_t left = plan_.is_origin ? executor_.unfinished(comm_.lent_tasks()) : 0;
    if (left > 0)
      log(static_cast<int>(LogLevel::warn),
          std::to_string(left) + (left == 1 ? " task was" : " tasks were") +
              " not finished when the program ended; wait for a future's result to be sure that its task runs");
    comm_.stop(no_farewell_limit);
    has_daemon_ = false;
  }

  static inline Worker* running = nullptr;

  const control::WorkerPlan plan_;
  const Plugin plugin_;
  const int daemon_fd_;
  Doorbell doorbell_;
  Executor executor_;
  CommThread comm_;
  std::atomic<bool> has_joined_{false};
  std::atomic<bool> has_daemon_{true};  // to tell it what is logged
};

}  // namespace
}  // namespace scoop

int scoop_worker_main(int control_fd) {
  using namespace scoop;
  keep_freed_memory();
  control::WorkerSide daemon{UniqueFd(control_fd)};
  std::optional<control::WorkerPlan> plan = read_plan(daemon);
  if (!plan) return exit_usage;
  if (plan->run.check_only) return check(daemon, plan->run);
  // On its way to a terminal, through a pipe: no line may wait for the end of this worker, or be lost in it.
  if (!plan->is_origin) std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  auto plugin = load(plan->run);
  if (!plugin) return fail_to_start(daemon, plugin.failure().message);
  return (new Worker(std::move(*plan), std::move(daemon), *plugin))->run();
}

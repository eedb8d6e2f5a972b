#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/control/channel.hpp"
#include "common/process/event_loop.hpp"
#include "common/process/run_directory.hpp"
#include "common/process/signals.hpp"
#include "worker/daemon/daemon_core.hpp"
#include "worker/daemon/hosted_worker.hpp"

namespace scoop {

/// `scoop-worker --host`: keeps the workers of one host, passes on what they write and log, and ends with everything
/// below it, by SIGKILL, as soon as the channel to the launcher ends or, by a network, has been silent for too long.
///
/// Does what DaemonCore decides. One thread.
class Daemon {
 public:
  /// `lease_until`: when the launcher must have been heard.
  explicit Daemon(control::DaemonSide launcher, TimePoint lease_until = never);

  /// Until the run is over. The exit status.
  int run();

 private:
  void tell_facts();
  void run_once();
  void watch_launcher();
  void watch_worker(Slot slot);
  /// Who may speak now: nobody, while the launcher does not take what was said before.
  void set_interests();

  void read_launcher();
  Status make_run_directory(control::Start& start);
  void read_signals();
  void read_worker(Slot slot);
  void keep_constant(HostedWorker& worker, control::FromWorker& message);
  void read_output(Slot slot, OutputStream& output);
  void close_output(Slot slot, OutputStream& output);
  void flush_input(Slot slot);
  void tell_taken(std::size_t bytes);
  void forget_closed_input(HostedWorker& worker, int fd);
  void reap_children();
  void on_child_ended(pid_t pid, int wait_status);

  void act(const DaemonActions& actions);
  WorkerCommand command_of(Slot slot) const;
  void act(const SpawnWorker& action);
  void act(const TellWorker& action);
  void act(const GiveConstant& action);
  void act(const ForgetConstant& action) { constants_.erase(action.key); }
  void act(const TellLauncher& action);
  void act(const SignalWorker& action);
  void act(const FeedWorker& action);
  void act(const BreakOutput& action);
  void act(const EndLease&) { is_lease_over_ = true; }
  void act(const FinishDaemon&) { is_finished_ = true; }

  int say_goodbye();
  int end_everything();

  EventLoop loop_;
  SignalFd signals_;
  control::DaemonSide launcher_;
  DaemonCore core_;
  std::optional<RunDirectory> run_directory_;  // where the launcher's is on another host
  std::map<Slot, HostedWorker> workers_;
  std::map<control::ConstantKey, UniqueFd> constants_;
  std::string program_;
  std::string library_path_;  // of what this host was sent, for the workers
  bool is_finished_ = false;
  bool is_lease_over_ = false;
  bool shows_progress_ = false;
};

/// Reads its orders from `control_fd`.
int run_daemon(int control_fd);
/// Reads its orders from standard input, answers on standard output, and tells where ssh came from. `cache_folders`: of
/// what this host was sent, to be kept while it is used.
int run_remote_daemon(const std::vector<std::string>& cache_folders);
/// Of a daemon that was killed: what lives on, which all has `variable` in its environment, and its run directory.
int clean_up_after_daemon(const std::string& variable);

}  // namespace scoop

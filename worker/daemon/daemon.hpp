#pragma once
#include <map>
#include <string>

#include "common/control/channel.hpp"
#include "common/process/event_loop.hpp"
#include "common/process/signals.hpp"
#include "worker/daemon/daemon_core.hpp"
#include "worker/daemon/hosted_worker.hpp"

namespace scoop {

/// `scoop-worker --host`: keeps the workers of one host, passes on what they write and log, and ends with everything
/// below it, by SIGKILL, as soon as the channel to the launcher ends.
///
/// Does what DaemonCore decides. One thread.
class Daemon {
 public:
  explicit Daemon(UniqueFd control);

  /// Until the run is over. The exit status.
  int run();

 private:
  void watch_launcher();
  void watch_worker(Slot slot);
  /// Who may speak now: nobody, while the launcher does not take what was said before.
  void set_interests();

  void read_launcher();
  void read_signals();
  void read_worker(Slot slot);
  void read_output(Slot slot, OutputStream& output);
  void close_output(Slot slot, OutputStream& output);
  void reap_children();
  void on_child_ended(pid_t pid, int wait_status);

  void act(const DaemonActions& actions);
  WorkerCommand command_of(Slot slot) const;
  void act(const SpawnWorker& action);
  void act(const TellWorker& action);
  void act(const TellLauncher& action);
  void act(const SignalWorker& action);
  void act(const FinishDaemon&);

  int say_goodbye();
  int end_everything();

  EventLoop loop_;
  SignalFd signals_;
  control::DaemonSide launcher_;
  DaemonCore core_;
  std::map<Slot, HostedWorker> workers_;
  std::string program_;
  bool is_finished_ = false;
  bool is_lease_over_ = false;
};

/// Reads its orders from `control_fd`.
int run_daemon(int control_fd);

}  // namespace scoop

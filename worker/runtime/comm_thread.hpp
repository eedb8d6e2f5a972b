#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "worker/runtime/comm_loop.hpp"

namespace scoop {

/// The communication thread of a worker: owns all its sockets, links and decisions, and the channel to its daemon.
///
/// It takes no signals: they go to the threads of the program.
class CommThread {
 public:
  struct Settings {
    WorkerSettings core;         // without `self.addresses`: these are where it listens in the end
    std::string listen_address;  // the rest: see WorkerEndpoint::Settings
    std::string broker_address;
    std::string tcp_where;
    std::optional<RunKeys> keys;
    FaultInjector faults;
    LinkLimits link;
    LogLevel log_level = LogLevel::warn;
    ConstantDesk* constants = nullptr;
  };
  /// Called on the communication thread, all but on_pool_size at most once; must not block.
  struct Callbacks {
    /// How many workers take tasks now, this one too. At each change.
    std::function<void(std::size_t workers)> on_pool_size;
    /// The daemon says that the run is over: end soon, by exit.
    std::function<void()> on_stop;
    /// The pool took this worker for dead, or does not want it: it has to end. With a sentence for the user.
    std::function<void(const std::string& why)> on_expelled;
    /// The daemon is gone, and with it the lease.
    std::function<void()> on_orphaned = end_process;
  };

  /// `runtime` is called by the communication thread; `doorbell` is rung by the worker thread when WorkerCore::on_work
  /// is to be called, and by this class. Both outlive it.
  CommThread(Settings settings, Callbacks callbacks, control::WorkerSide daemon, Runtime& runtime, Doorbell& doorbell);
  ~CommThread();  // as stop, without waiting for anything to be sent

  /// Opens the sockets and starts the thread, once.
  Status start();
  /// Waits for the broker's welcome. A Failure says why the worker was refused.
  Status wait_until_joined();
  /// The same, for a while. False: there is no word yet.
  bool is_answered_within(Duration limit);

  /// To the daemon: log lines, Ready, StartFailed. Any thread; waits where the daemon does not keep up.
  void post(control::FromWorker message) { post_box_.post(std::move(message)); }

  /// Own tasks of which other workers have something now, each once. Any thread but this one; waits for this one.
  std::vector<TaskHandle> lent_tasks();

  /// Ends the thread, as soon as what was posted before has left, at the latest after `limit`. Messages to other
  /// workers are not waited for: nobody needs them once a worker ends. Any thread but this one, also several at once;
  /// after a start that failed, sends what was posted all the same.
  void stop(Duration limit);

 private:
  static void end_process();
  void run(CommLoop::Parts parts);
  void settle(Status joined);
  void send_posted(Duration limit);
  void answer_lent_tasks(const CommLoop& loop);
  TimePoint stop_at() const;

  Settings settings_;
  Callbacks callbacks_;
  std::optional<control::WorkerSide> daemon_;  // until the thread has it
  Runtime& runtime_;
  Doorbell& doorbell_;
  PostBox post_box_;
  std::thread thread_;

  mutable std::mutex mutex_;  // guards the rest; nothing else is locked under it
  std::condition_variable settled_;
  bool lent_tasks_wanted_ = false;
  std::vector<TaskHandle> lent_tasks_;
  std::optional<Status> joined_;
  TimePoint stop_at_ = never;
  bool has_ended_ = false;
};

}  // namespace scoop

#pragma once
#include <sys/types.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/control/channel.hpp"
#include "common/process/event_loop.hpp"
#include "common/process/run_directory.hpp"
#include "common/process/signals.hpp"
#include "launcher/console.hpp"
#include "launcher/launch_plan.hpp"
#include "launcher/supervisor.hpp"

namespace scoop {

/// Starts broker and daemon, shows what the run says, and ends when all has ended. Does what Supervisor decides. One
/// thread.
class Launcher {
 public:
  Launcher(LauncherOptions options, LaunchPlan plan);

  /// The whole run.
  ///
  /// Errors: what keeps the run from starting, while nothing was shown and no process is left.
  Result<int> run();

 private:
  struct HostDaemon {
    control::DaemonChannel channel;
    pid_t pid;  // 0: ended
  };

  Status start();
  Status spawn_broker(const std::string& folder, const control::RunPlan& run);
  Status spawn_daemon(const std::string& folder, std::size_t host, const control::RunPlan& run);
  void greet();
  void end_processes();
  void flush_console();

  void set_interests();
  template <class Channel, class Read>
  void watch(Channel& channel, Read read);
  void read_daemon(std::size_t host);
  void read_broker();
  void read_signals();
  void reap_children();

  void act(const LauncherActions& actions);
  void act(const Say& action) { log_.write(action.level, action.text); }
  void act(const TellDaemon& action) { daemons_[action.host].channel.send(action.message); }
  void act(const KillDaemon& action);
  void act(const TellBroker& action) { broker_->send(action.message); }
  void act(const CloseBroker&) { broker_->frames().finish_sending(); }
  void act(const ShowBroker&);
  void act(const StopSelf& action);
  void act(const FinishRun& action);

  void show(const control::Log& log);
  void show(const control::Output& output);
  template <class Other>
  void show(const Other&) {}

  LauncherOptions options_;
  LaunchPlan plan_;
  Console console_;
  Log log_;
  std::set<pid_t> spared_;  // children from before this program, if a shell became it
  SignalFd signals_;
  EventLoop loop_;
  Supervisor supervisor_;
  std::optional<RunDirectory> run_directory_;
  std::optional<control::BrokerChannel> broker_;
  pid_t broker_pid_ = 0;
  std::vector<HostDaemon> daemons_;  // in the plan's order
  std::optional<int> status_;        // set: the run is over
};

}  // namespace scoop

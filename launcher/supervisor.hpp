#pragma once
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/log.hpp"
#include "common/control/messages.hpp"
#include "common/process/signals.hpp"
#include "launcher/launch_plan.hpp"

namespace scoop {

struct Say {
  LogLevel level;
  std::string text;
};
struct TellDaemon {
  std::size_t host;  // its place in the plan
  control::ToDaemon message;
};
/// It says nothing any more and does not end by itself.
struct KillDaemon {
  std::size_t host;
};
struct TellBroker {
  control::ToBroker message;
};
/// No more will be said to the broker: it ends by that.
struct CloseBroker {};
/// The broker answers: from here on log lines name its place.
struct ShowBroker {};
/// The terminal stopped the job: stop the broker and this process, and go on with both.
struct StopSelf {
  int signal;
};
/// Everything has ended, or has to now: kill whatever is left, and end with `status`.
struct FinishRun {
  int status;
};

/// What the launcher's loop is to do, in this order.
using LauncherAction =
    std::variant<Say, TellDaemon, KillDaemon, TellBroker, CloseBroker, ShowBroker, StopSelf, FinishRun>;
using LauncherActions = std::vector<LauncherAction>;

/// Watches a run from its start to its end. Decides; never blocks, never reads a clock: events in, actions out. Hosts
/// are known by their place in the plan; the first has the origin, and the run ends with it.
///
/// The exit status is the list of common/base/exit_code.hpp: what began the end decides it, except that a signal to the
/// launcher counts even then.
class Supervisor {
 public:
  explicit Supervisor(const LaunchPlan& plan);

  /// Log and Output are not for it: they are shown as they come.
  void on_daemon_message(std::size_t host, const control::FromDaemon& message, TimePoint now, LauncherActions& out);
  void on_broker_message(const control::FromBroker& message, TimePoint now, LauncherActions& out);
  /// Nothing more can come from it, though its process may still live.
  void on_daemon_silent(std::size_t host, TimePoint now);
  /// The process is gone and all it said has been told.
  void on_daemon_ended(std::size_t host, const LossCause& cause, TimePoint now, LauncherActions& out);
  void on_broker_ended(const LossCause& cause, TimePoint now, LauncherActions& out);
  void on_signal(const SignalEvent& signal, TimePoint now, LauncherActions& out);
  void on_tick(TimePoint now, LauncherActions& out);

  TimePoint next_deadline() const;

 private:
  struct Host {
    std::string name;
    std::vector<control::Ended> workers;  // that have not ended, as their ends would be told
    bool is_gone = false;
    TimePoint kill_at = never;
  };
  struct FromHost;

  void on_worker_ended(Host& host, const control::Ended& ended, TimePoint now, LauncherActions& out);
  void on_start_failed(const control::StartFailed& failed, TimePoint now, LauncherActions& out);
  void on_origin_ended(const LossCause& cause, TimePoint now, LauncherActions& out);
  void on_host_lost(Host& host, const LossCause& cause, LauncherActions& out);
  void tell_all(const control::ToDaemon& message, LauncherActions& out) const;
  bool are_all_gone() const;
  /// The run fails for a reason of its own: 2 while main has not begun, else 125.
  void fail(const std::string& why, TimePoint now, LauncherActions& out);
  void begin_end(int status, int origin_signal, Duration grace, TimePoint now, LauncherActions& out);
  void finish(LauncherActions& out);

  std::vector<Host> hosts_;
  int status_ = 0;
  bool main_began_ = false;
  bool is_ending_ = false;
  bool is_broker_gone_ = false;
  bool is_finished_ = false;
  TimePoint kill_at_ = never;
};

}  // namespace scoop

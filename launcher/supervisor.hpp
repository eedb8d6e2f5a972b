#pragma once
#include <map>
#include <optional>
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
  std::size_t host;  // its place among the launcher's hosts
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
/// The terminal stopped the job: stop the broker and this process, and go on with both.
struct StopSelf {
  int signal;
};
/// A host that came while the run was going on takes part: all its workers are there.
struct HostJoined {
  std::size_t host;
};
/// A host takes part no more, and its daemon has ended. `why`: empty where it was removed and left in peace.
struct HostGone {
  std::size_t host;
  std::string why;
};
/// Everything has ended, or has to now: kill whatever is left, and end with `status`.
///
/// Outcome, in a word: "done" and "failed" are main's own, by its status; "crashed": the origin died of a signal;
/// "interrupted": the launcher got one; "refused": main never ran; "checked": it was not to; "broken": any other
/// failure.
struct FinishRun {
  int status;
  std::string outcome;
};

/// What the launcher's loop is to do, in this order.
using LauncherAction =
    std::variant<Say, TellDaemon, KillDaemon, TellBroker, CloseBroker, StopSelf, HostJoined, HostGone, FinishRun>;
using LauncherActions = std::vector<LauncherAction>;

/// A worker as a list of them shows it.
struct ShownWorker {
  WorkerId id;
  std::string name;
  const char* state = "";  // "starting", "running", "draining", "lost"
};
struct ShownHost {
  std::size_t host = 0;
  std::string name;
  bool has_origin = false;
  std::vector<ShownWorker> workers;
};

/// Watches a run from its start to its end. Decides; never blocks, never reads a clock: events in, actions out. One
/// host has the origin, and the run ends with it.
///
/// Where a network is between the launcher and a host, both say now and then that they live. A host that cannot be
/// heard for a lease and some more is lost: by then its daemon, which cannot hear us either, has ended everything
/// there.
///
/// The exit status is the list of common/base/exit_code.hpp: what began the end decides it, except that a signal to the
/// launcher counts even then.
class Supervisor {
 public:
  struct Settings {
    Duration lease = std::chrono::seconds(8);
    bool require_all = false;  // without one of the hosts there is no run
  };
  explicit Supervisor(const Settings& settings) : settings_(settings) {}

  /// The daemon of this host runs. `is_remote`: a network is between.
  void add_host(std::size_t host, const std::string& name, bool is_remote, TimePoint now);
  /// These are the workers; once for the run, and again for hosts that join.
  void begin(const LaunchPlan& plan);

  /// Its workers are to leave: they finish what they have begun and give away the rest, then its daemon ends.
  ///
  /// Errors: one sentence about a host that cannot be removed, or is being removed already.
  Status remove_host(std::size_t host, LauncherActions& out);
  /// The daemon of this host has come, and has not ended.
  bool is_present(std::size_t host) const;
  /// Hosts that take part, with the workers that live or were lost.
  std::vector<ShownHost> shown_hosts() const;

  /// Log and Output are not for it: they are shown as they come.
  void on_daemon_message(std::size_t host, const control::FromDaemon& message, TimePoint now, LauncherActions& out);
  void on_broker_message(const control::FromBroker& message, TimePoint now, LauncherActions& out);
  /// Nothing more can come from it, though its process may still live.
  void on_daemon_silent(std::size_t host, TimePoint now);
  /// The process is gone and all it said has been told.
  void on_daemon_ended(std::size_t host, const LossCause& cause, TimePoint now, LauncherActions& out);
  void on_broker_ended(const LossCause& cause, TimePoint now, LauncherActions& out);
  void on_signal(const SignalEvent& signal, TimePoint now, LauncherActions& out);
  /// There was nothing to run; unless the end has begun already.
  void end(int status, TimePoint now, LauncherActions& out);
  void on_tick(TimePoint now, LauncherActions& out);
  /// Says to remote hosts that we live, if it is time; also while nothing else can be done.
  void beat(TimePoint now, LauncherActions& out);

  /// Nothing is to begin any more.
  bool is_ending() const { return is_ending_; }
  TimePoint next_deadline() const;
  TimePoint next_beat() const { return has_remote_hosts() ? beat_at_ : never; }

 private:
  struct Worker {
    control::Ended end;  // as it would be told
    bool is_ready = false;
    bool has_left = false;
  };
  struct Host {
    std::string name;
    std::vector<Worker> workers;       // that have not ended
    std::vector<control::Ended> lost;  // that were not told to end
    bool has_origin = false;
    bool is_remote = false;
    bool is_gone = false;
    TimePoint kill_at = never;
    TimePoint lost_at = never;  // unless it is heard before
    std::string silence{};      // set: why it was given up
    std::string failure{};      // set: why its workers did not start
    bool is_let_go = false;
    bool has_begun = false;   // has been given workers
    bool is_late = false;     // came while the run was going on, and its workers are not all there yet
    bool is_leaving = false;  // is being removed
  };
  struct FromHost;

  void on_worker_ready(std::size_t number, Host& host, WorkerId id, LauncherActions& out);
  void settle_late(std::size_t number, Host& host, LauncherActions& out);
  void on_worker_left(WorkerId id, LauncherActions& out);
  void stop_if_left(std::size_t number, Host& host, LauncherActions& out) const;
  void on_worker_ended(std::size_t number, Host& host, const control::Ended& ended, TimePoint now,
                       LauncherActions& out);
  void on_start_failed(const control::StartFailed& failed, TimePoint now, LauncherActions& out);
  void on_start_failed(std::size_t number, Host& host, const control::StartFailed& failed, TimePoint now,
                       LauncherActions& out);
  void on_worker_replaced(Host& host, const control::Replaced& replaced, LauncherActions& out) const;
  void on_origin_ended(const LossCause& cause, TimePoint now, LauncherActions& out);
  void on_host_lost(Host& host, const LossCause& cause, const std::string& why, LauncherActions& out);
  void tell_all(const control::ToDaemon& message, LauncherActions& out) const;
  bool are_all_gone() const;
  bool has_remote_hosts() const;
  bool is_origin_remote() const;
  Host* find(std::size_t host);
  void forgive(Duration lateness);
  /// The run fails for a reason of its own: 2 where main cannot have begun, else 125.
  void break_off(const std::string& why, TimePoint now, LauncherActions& out);
  void begin_end(int status, const std::string& outcome, int origin_signal, Duration grace, TimePoint now,
                 LauncherActions& out);
  void finish(LauncherActions& out);

  std::map<std::size_t, Host> hosts_;
  std::optional<WorkerId> origin_;
  Settings settings_;
  TimePoint beat_at_ = never;
  TimePoint tick_due_ = never;
  int status_ = 0;
  std::string outcome_;
  bool main_began_ = false;
  bool is_ending_ = false;
  bool is_broker_gone_ = false;
  bool is_finished_ = false;
  TimePoint kill_at_ = never;
};

}  // namespace scoop

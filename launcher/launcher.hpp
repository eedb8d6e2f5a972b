#pragma once
#include <sys/types.h>

#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/control/channel.hpp"
#include "common/process/event_loop.hpp"
#include "common/process/run_directory.hpp"
#include "common/process/signals.hpp"
#include "launcher/check.hpp"
#include "launcher/client_server.hpp"
#include "launcher/console.hpp"
#include "launcher/delivery.hpp"
#include "launcher/hosts.hpp"
#include "launcher/input_forwarder.hpp"
#include "launcher/launch_plan.hpp"
#include "launcher/run_log.hpp"
#include "launcher/supervisor.hpp"

namespace scoop {

/// Brings up the broker and the hosts' daemons, makes the plan of those that came, shows what the run says, and ends
/// when all has ended. Does what Supervisor decides. One thread.
class Launcher {
 public:
  explicit Launcher(LauncherOptions options);

  /// The whole run.
  ///
  /// Errors: what keeps the run from starting, while no worker was started and no process is left.
  Result<int> run();

 private:
  void end_processes();
  void flush_console();

  // launcher_start.cpp: the start, in this order.
  Status start();
  Status spawn_broker(const std::string& folder);
  Status add_hosts(const std::string& folder);
  HostsEvents hosts_events();
  void tell_of_home(const Host& host);
  void greet();
  Status go_on_with_start();
  Failure refuse(const std::string& why) const;
  Status listen(bool second_try);
  Status begin_run();
  control::Start order(std::size_t index) const;
  void let_go_of_idle_hosts();
  void name_broker();
  std::string workers_place(std::size_t host) const;
  bool is_remote(std::size_t host) const { return hosts_->at(host).is_remote; }

  // launcher_check.cpp: instead of a run, once the hosts are here. `run`: what it would be.
  Status begin_check(const LaunchPlan& run);
  bool is_for_check(std::size_t host, const control::FromDaemon& message);
  void go_on_with_check(TimePoint now);

  // launcher_hosts.cpp: hosts join and leave while the run goes on.
  struct AwaitedWay {
    std::size_t host;
    bool is_second_try;
  };
  Status serve_clients();
  void on_request(ClientServer::Id client, const control::AddHosts& request);
  void on_request(ClientServer::Id client, const control::RemoveHosts& request);
  void on_request(ClientServer::Id client, const control::ListHosts& request);
  void tell_waiting(std::size_t host, const std::string& text, bool is_failure = false);
  std::optional<std::size_t> find_present(const std::string& name) const;
  std::string present_names() const;
  std::vector<RunHost> hosts_taking_part() const;
  Status add_late(RequestedHost host);
  Status prepare_delivery();
  static bool is_another_machine(const RequestedHost& host);
  void join(std::size_t host);
  void ask_for_way(const AwaitedWay& way);
  void on_way(const Result<std::string>& address);
  void let_in(std::size_t host);
  void turn_away(std::size_t host, const std::string& why);
  void warn_if_open(const std::string& address);

  void set_interests();
  TimePoint next_deadline() const;
  void tick();
  void read_broker();
  void read_signals();
  void reap_children();

  void act(const LauncherActions& actions);
  void act(const Say& action) { log_.write(action.level, action.text); }
  void act(const TellDaemon& action) { hosts_->send(action.host, action.message); }
  void act(const KillDaemon& action) { hosts_->kill(action.host); }
  void act(const TellBroker& action) { broker_->send(action.message); }
  void act(const CloseBroker&) { broker_->frames().finish_sending(); }
  void act(const StopSelf& action);
  void act(const HostJoined& action);
  void act(const HostGone& action);
  void act(const FinishRun& action) { finish_ = action; }

  /// On the terminal, and in the run's log.
  void show(const LogRecord& record);
  void show(const control::Log& log);
  void show(const control::Output& output);
  void tell_origin_of_break(bool is_error);
  void show(const control::InputTaken& taken) { input_.on_taken(taken.bytes); }
  void show(const control::Listening& listening);
  void show(const control::NotListening& refused);
  void show(const control::Loads& loads);
  void show(const control::MapProgress& progress) { console_.progress().on_progress(progress, Clock::now()); }
  void show(const control::Ended& ended) { console_.progress().on_lost(ended.id); }
  template <class Other>
  void show(const Other&) {}

  LauncherOptions options_;
  Console console_;
  Log log_;
  RunLog run_log_;
  std::set<pid_t> spared_;  // children from before this program, if a shell became it
  SignalFd signals_;
  EventLoop loop_;
  Supervisor supervisor_;
  InputForwarder input_;
  ClientServer clients_;
  std::optional<RunDirectory> run_directory_;
  std::optional<control::BrokerChannel> broker_;
  pid_t broker_pid_ = 0;
  control::RunPlan run_;
  std::string folder_;                // of scoop-worker
  std::optional<Delivery> delivery_;  // where there are other hosts
  std::optional<Hosts> hosts_;
  std::optional<Check> check_;                                            // set: nothing is to run
  std::vector<std::string> refused_;                                      // why hosts did not come
  std::size_t hosts_at_start_ = std::numeric_limits<std::size_t>::max();  // those behind them join later
  bool has_told_of_home_ = false;
  bool has_told_of_break_[2] = {false, false};  // of standard output, of standard error
  LaunchPlan plan_;
  enum class Stage { starting_hosts, listening, running } stage_ = Stage::starting_hosts;
  bool is_second_try_ = false;
  std::string listening_;                                 // the broker's address for other hosts; empty: there is none
  std::deque<AwaitedWay> awaiting_way_;                   // in the order of the broker's answers
  std::multimap<std::size_t, ClientServer::Id> waiting_;  // for hosts to join or leave
  std::deque<ClientServer::Id> asked_loads_;              // in the order of the broker's answers
  std::optional<Failure> refusal_;                        // set: the run cannot begin
  std::optional<FinishRun> finish_;                       // set: the run is over
};

}  // namespace scoop

#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launcher/host_process.hpp"
#include "launcher/host_starts.hpp"

namespace scoop {

/// A host of the run, from the first attempt to reach it to its end.
struct Host {
  RequestedHost requested;
  bool is_remote = false;
  std::uint16_t number = 0;                   // in the ids of its workers
  std::unique_ptr<HostProcess> process{};     // null: there is none now
  std::optional<control::HostReady> ready{};  // its daemon has spoken

  const std::string& name() const { return requested.name; }
};

/// What the hosts tell. Hosts are known by their index.
struct HostsEvents {
  std::function<void(std::size_t host)> on_ready;
  /// It does not come; one line for the user.
  std::function<void(std::size_t host, const std::string& reason)> on_refused;
  std::function<void(std::size_t host, const control::FromDaemon&)> on_message;
  std::function<void(std::size_t host)> on_silence;
  std::function<void(std::size_t host, const LossCause&)> on_ended;
  std::function<void(std::size_t host, std::string_view line)> on_said;
};

/// The processes of all hosts' daemons: starts them, by ssh where the host is another one, again where that helps, and
/// passes on what they say. Part of the launcher's loop; one thread.
class Hosts {
 public:
  struct Settings {
    SshSettings ssh;
    HostProcess::Local local;
    HostStarts::Settings starts;
    /// For each attempt to reach a host.
    std::function<Bootstrap(const RequestedHost&)> make_bootstrap;
  };

  Hosts(EventLoop& loop, Settings settings, HostsEvents events)
      : loop_(loop), settings_(std::move(settings)), events_(std::move(events)), starts_(settings_.starts) {}

  /// Begins to start it.
  ///
  /// Errors: this machine's daemon cannot be started. What happens with another host is told later.
  Status add(RequestedHost host, bool is_remote);
  /// Nobody is waited for any more.
  bool are_settled() const;
  /// It has not come yet, and is waited for.
  bool is_starting(std::size_t host) const { return starts_.is_starting(host); }

  std::size_t size() const { return hosts_.size(); }
  const Host& at(std::size_t host) const { return hosts_.at(host); }
  std::optional<std::size_t> find(const std::string& name) const;

  void send(std::size_t host, const control::ToDaemon& message);
  void kill(std::size_t host);

  void set_interests(bool reads);
  void on_tick(TimePoint now);
  TimePoint next_deadline() const { return starts_.next_deadline(); }
  /// False: the process is none of a host's.
  bool on_child_ended(pid_t pid, const LossCause& cause);

 private:
  void act(const StartActions& actions);
  void act(const ConnectHost& action);
  void act(const AbandonHost& action) { kill(action.host); }
  void act(const RefuseHost& action) { events_.on_refused(action.host, action.reason); }

  HostEvents events_of(std::size_t host);
  void on_message(std::size_t host, const control::FromDaemon& message);
  void on_attempt_ended(std::size_t host, const LossCause& cause);
  void fail(std::size_t host, const SshFailure& failure);

  EventLoop& loop_;
  Settings settings_;
  HostsEvents events_;
  HostStarts starts_;
  std::vector<Host> hosts_;
};

}  // namespace scoop

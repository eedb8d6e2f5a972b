#pragma once
#include <sys/types.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/control/channel.hpp"
#include "common/process/event_loop.hpp"
#include "launcher/bootstrap.hpp"
#include "launcher/remote_command.hpp"

namespace scoop {

/// What a host's daemon, and the ssh that leads to it, tell the launcher.
struct HostEvents {
  std::function<void(const control::FromDaemon&)> on_message;
  /// Nothing more can come, though the process may still live.
  std::function<void()> on_silence;
  /// A line on ssh's standard error: from ssh, the host's shell, or the daemon.
  std::function<void(std::string_view line)> on_said;
  /// Something came or left before the daemon spoke.
  std::function<void()> on_progress;
};

/// The process through which the launcher speaks to a host's daemon: the daemon itself, or an ssh that brings it up
/// there first. Takes part in the launcher's loop as long as it lives.
class HostProcess {
 public:
  struct Local {
    std::string folder;  // where scoop-worker is
    std::string prolog;  // text of a script of sh to run before; empty: none
  };
  /// The daemon of this machine, with this process's environment and standard streams.
  static Result<std::unique_ptr<HostProcess>> spawn_local(EventLoop& loop, const Local& local, HostEvents events);
  /// Errors: ssh cannot be started. What it fails with is told later, by its end and `said`.
  static Result<std::unique_ptr<HostProcess>> connect(EventLoop& loop, const SshSettings& settings,
                                                      const RequestedHost& host, Bootstrap bootstrap,
                                                      HostEvents events);

  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;
  ~HostProcess();

  pid_t pid() const { return pid_; }  // 0: it has ended
  void kill() const;
  /// Not before the daemon has spoken.
  void send(const control::ToDaemon& message);
  /// Before each round of the loop. Not `reads`: what comes is left where it is.
  void set_interests(bool reads);
  /// The process has ended: takes what it still said.
  void on_ended();

  /// The last of what came on standard error.
  const std::string& said() const { return said_; }
  /// Set: the talk with the host's shell failed, and its process was killed.
  const std::string& failure() const { return failure_; }
  const Bootstrap* bootstrap() const { return bootstrap_ ? &*bootstrap_ : nullptr; }

 private:
  HostProcess(EventLoop& loop, HostEvents events) : loop_(loop), events_(std::move(events)) {}

  void watch_channel();
  void unwatch_channel();
  bool read_channel();  // whether anything came
  void read_shell();
  void read_errors();
  void tell_lines();
  void write_shell();
  void enter_channel();

  EventLoop& loop_;
  HostEvents events_;
  pid_t pid_ = 0;
  std::optional<control::DaemonChannel> channel_;  // once the daemon speaks
  bool is_watched_ = false;                        // the channel

  // Of an ssh.
  std::optional<Bootstrap> bootstrap_;
  UniqueFd in_, out_;  // until the channel has them
  UniqueFd errors_;
  std::deque<SharedBytes> unsent_;
  std::string failure_;
  std::string said_;
  std::size_t told_ = 0;  // of what was said, by lines
};

}  // namespace scoop

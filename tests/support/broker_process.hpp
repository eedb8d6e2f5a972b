#pragma once
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/control/channel.hpp"
#include "common/transport/listening_socket.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop::test {

/// A real broker with a pool's directory, and the launcher's end of its channel. Killed at the end of the scope.
class BrokerProcess {
 public:
  /// Without a plan it is told nothing. The plan's endpoint is put in unless there is one.
  explicit BrokerProcess(std::optional<control::RunPlan> run = control::RunPlan{})
      : listening_(*ListeningSocket::bind_ipc(ipc("broker"))), channel_(start()) {
    if (!run) return;
    if (run->broker_endpoint.empty()) run->broker_endpoint = listening_.address();
    channel_->send(control::BrokerPlan{*std::move(run)});
  }
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;
  ~BrokerProcess() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }

  std::string ipc(const std::string& name) const { return "ipc://" + (dir_ / (name + ".sock")); }
  const std::string& address() const { return listening_.address(); }
  pid_t pid() const { return pid_; }

  /// What the launcher says and hears.
  void send(const control::ToBroker& message) { channel_->send(message); }
  std::optional<control::FromBroker> next(std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    std::optional<control::FromBroker> message;
    (void)wait_until(
        [&] {
          channel_->frames().receive();
          return (message = channel_->next()).has_value() || channel_->frames().ended();
        },
        limit);
    return message;
  }
  /// The launcher's end.
  void close_channel() { channel_.reset(); }

  /// The exit status, or nothing if it goes on.
  std::optional<int> wait_for_end(std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    int status = 0;
    if (!wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, limit)) return std::nullopt;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  control::BrokerChannel start() {
    auto pair = control::make_socket_pair();
    if (!pair) throw std::runtime_error(pair.failure().message);
    const int listen_fd = listening_.fd();
    const int control_fd = pair->theirs.get();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const int fd : {listen_fd, control_fd}) ::posix_spawn_file_actions_adddup2(&actions, fd, fd);  // no close
    std::string argv[] = {SCOOP_BROKER, "--listen-fd", std::to_string(listen_fd), "--control-fd",
                          std::to_string(control_fd)};
    char* pointers[] = {argv[0].data(), argv[1].data(), argv[2].data(), argv[3].data(), argv[4].data(), nullptr};
    const int error = ::posix_spawn(&pid_, SCOOP_BROKER, &actions, nullptr, pointers, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " SCOOP_BROKER);
    return control::BrokerChannel(std::move(pair->ours));
  }

  TempDir dir_;
  ListeningSocket listening_;
  pid_t pid_ = -1;
  std::optional<control::BrokerChannel> channel_;
};

}  // namespace scoop::test

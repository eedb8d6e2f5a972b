#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "common/base/unique_fd.hpp"
#include "launcher/remote_command.hpp"
#include "launcher/ssh_failure.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;
using namespace std::chrono_literals;

// The machine's own ssh against sockets of ours on the loopback: what it says today is what is understood.

namespace {

bool has_ssh() {
  const bool found = ::access("/usr/bin/ssh", X_OK) == 0;
  if (!found) std::printf("/usr/bin/ssh is not installed: skipped\n");
  return found;
}

/// A port of the loopback. Nobody listens at first.
class Port {
 public:
  Port() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const timeval limit{10, 0};
    REQUIRE(::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    number_ = ntohs(address.sin_port);
  }

  std::uint16_t number() const { return number_; }
  void listen() { REQUIRE(::listen(fd_.get(), 1) == 0); }
  /// Waits for a connection, for ten seconds at most, and ends it.
  void drop_one() { UniqueFd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

 private:
  UniqueFd fd_;
  std::uint16_t number_ = 0;
};

/// ssh without any configuration of the machine's user.
SshFailure try_ssh(std::uint16_t port, std::chrono::seconds limit) {
  const test::TempDir folder;
  const SshSettings settings{folder / "ssh", limit};
  std::ofstream(settings.executable) << "#!/bin/sh\nexec /usr/bin/ssh -F /dev/null \"$@\"\n";
  REQUIRE(::chmod(settings.executable.c_str(), 0700) == 0);
  const RequestedHost host{"127.0.0.1", "me", port};
  const auto outcome = test::run({.argv = ssh_command(settings, host, "exec true")});
  CHECK_MESSAGE(outcome.status == 255, outcome);
  const auto text = "ended with exit status " + std::to_string(outcome.status);
  return explain_ssh_failure(host, outcome.err, {outcome.signal, outcome.status, text});
}

}  // namespace

TEST_CASE("The machine's ssh: nobody listens") {
  if (!has_ssh()) return;
  const Port port;
  const auto failure = try_ssh(port.number(), 10s);
  const auto number = std::to_string(port.number());
  CHECK(failure.message == "me@127.0.0.1:" + number +
                               ": no sshd listens there; check host and port, or start sshd there (said: \"ssh: "
                               "connect to host 127.0.0.1 port " +
                               number + ": Connection refused\")");
  CHECK_FALSE(failure.is_worth_retry);
}

TEST_CASE("The machine's ssh: the login is dropped, as MaxStartups does") {
  if (!has_ssh()) return;
  Port port;
  port.listen();
  const std::jthread sshd([&port] { port.drop_one(); });
  const auto failure = try_ssh(port.number(), 10s);
  CHECK_MESSAGE(failure.message.find(": it dropped the login; ") != std::string::npos, failure.message);
  CHECK(failure.is_worth_retry);
}

TEST_CASE("The machine's ssh: a frozen sshd is given up at the limit") {
  if (!has_ssh()) return;
  Port port;
  port.listen();  // the kernel takes the connection, nobody greets
  const auto failure = try_ssh(port.number(), 1s);
  CHECK_MESSAGE(failure.message.find(": it takes connections, but its sshd does not answer; ") != std::string::npos,
                failure.message);
  CHECK_FALSE(failure.is_worth_retry);
}

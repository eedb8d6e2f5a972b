#pragma once
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>

#include "common/transport/listening_socket.hpp"
#include "common/transport/socket_address.hpp"

namespace scoop::test {

/// Another address of a TCP listener on this machine, which can be cut as a network is: nothing gets through any more,
/// and nobody is told. Those who come then are let in and never answered.
class Wire {
 public:
  explicit Wire(const std::string& target)
      : target_(target), listening_(*ListeningSocket::bind_tcp("127.0.0.1", {})), thread_([this] { run(); }) {}
  ~Wire() {
    ends_ = true;
    thread_.join();
  }

  const std::string& address() const { return listening_.address(); }
  void cut() { is_cut_ = true; }

 private:
  struct Connection {
    std::array<UniqueFd, 2> ends;
  };

  void run() {
    while (!ends_) {
      pollfd polled{listening_.fd(), POLLIN, 0};
      ::poll(&polled, 1, 1);
      if (is_cut_) continue;
      if (UniqueFd fd{::accept4(listening_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)}) {
        connections_.push_back({{std::move(fd), connect()}});
      }
      connections_.remove_if([](const Connection& connection) {
        return !pass_on(connection.ends[0], connection.ends[1]) || !pass_on(connection.ends[1], connection.ends[0]);
      });
    }
  }

  UniqueFd connect() const {
    const auto colon = target_.rfind(':');
    auto address = *SocketAddress::parse(target_.substr(6, colon - 6));
    address.set_port(static_cast<std::uint16_t>(std::stoi(target_.substr(colon + 1))));
    UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), address.data(), address.size()) != 0) throw std::runtime_error("nobody at " + target_);
    return fd;
  }

  /// False: that side has ended.
  static bool pass_on(const UniqueFd& from, const UniqueFd& to) {
    std::array<char, 64 * 1024> bytes;
    const ssize_t count = ::recv(from.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN;
    for (ssize_t sent = 0; sent < count;) {
      const ssize_t some = ::send(to.get(), bytes.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
      if (some < 0 && errno != EAGAIN) return false;
      if (some > 0) sent += some;
    }
    return count > 0;
  }

  const std::string target_;
  ListeningSocket listening_;
  std::list<Connection> connections_;  // of the thread
  std::atomic<bool> is_cut_ = false;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace scoop::test

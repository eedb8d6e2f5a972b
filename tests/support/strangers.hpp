#pragma once
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/transport/socket.hpp"
#include "common/transport/socket_address.hpp"

namespace scoop::test {

/// A TCP connection without ZeroMQ.
class RawConnection {
 public:
  explicit RawConnection(const std::string& address) : RawConnection(UniqueFd(::socket(AF_INET, SOCK_STREAM, 0))) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    to.sin_port = ::htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  explicit RawConnection(UniqueFd fd) : fd_(std::move(fd)) {
    const timeval limit{20, 0};
    REQUIRE(::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    REQUIRE(::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
  }

  /// As much as the other side takes.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string receive_some() {
    char bytes[4096];
    const ssize_t count = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (count < 0) return errno == EAGAIN ? "<nothing in time>" : "";  // reset: it ended, too
    return {bytes, static_cast<std::size_t>(count)};
  }
  std::string receive_to_the_end() {
    std::string all;
    for (std::string some; !(some = receive_some()).empty();) {
      all += some;
      if (some == "<nothing in time>") break;
    }
    return all;
  }
  std::string own_address() const { return SocketAddress::local_end(fd_.get()).to_string(); }

 private:
  UniqueFd fd_;
};

/// ZMTP 3.1: signature, version, mechanism, not a server, filler.
inline std::string greeting(const std::string& mechanism) {
  std::string bytes("\xff\0\0\0\0\0\0\0\1\x7f\3\1", 12);
  bytes += mechanism;
  bytes.resize(64, '\0');
  return bytes;
}

inline std::string frame(char flags, std::uint64_t size) {
  std::string bytes(1, static_cast<char>(flags | 2));  // long
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift & 0xff);
  return bytes;
}

inline constexpr char command = 4;

/// A DEALER with these keys, or none.
class ZeroMqStranger {
 public:
  ZeroMqStranger(const std::string& address, const std::optional<RunKeys>& keys) : socket_(context_.get(), ZMQ_DEALER) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, -1);
    socket_.set(zmq::sockopt::routing_id, "w12345678");
    if (keys) {
      socket_.set(zmq::sockopt::curve_serverkey, keys->server_public);
      socket_.set(zmq::sockopt::curve_publickey, keys->client_public);
      socket_.set(zmq::sockopt::curve_secretkey, keys->client_secret);
    }
    socket_.connect(address);
    socket_.send(zmq::str_buffer("let me in"), zmq::send_flags::dontwait);
  }
  bool hears_anything() {
    zmq::message_t message;
    return socket_.recv(message, zmq::recv_flags::dontwait).has_value();
  }

 private:
  Context context_;
  zmq::socket_t socket_;
};

}  // namespace scoop::test

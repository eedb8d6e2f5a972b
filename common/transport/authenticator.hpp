#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "common/transport/socket.hpp"

namespace scoop {

/// Says for all TCP listeners of a context who is let in: those that proved to have the run's client key. ZeroMQ asks
/// it for each connection (ZAP, rfc.zeromq.org/spec/27) before a frame of it is read; until the answer the connection
/// waits.
///
/// Lifetime: from before the first listener to after the last: without an Authenticator ZeroMQ lets everybody in.
/// Threads:  that of the sockets; no other waits for it.
class Authenticator {
 public:
  static Result<Authenticator> open(Context& context, const RunKeys& keys);

  /// Answers what was asked.
  void serve();
  zmq::socket_ref ref() { return socket_; }

 private:
  using Key = std::array<std::uint8_t, 32>;
  Authenticator(zmq::socket_t socket, const Key& client) : socket_(std::move(socket)), client_(client) {}
  bool lets_in(std::span<const zmq::message_t> request) const;

  zmq::socket_t socket_;
  Key client_;
};

}  // namespace scoop

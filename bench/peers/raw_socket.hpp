#pragma once
#include <string>
#include <zmq.hpp>

namespace bench {

/// A DEALER that connects under a name, with nothing of ours between it and the wire.
inline zmq::socket_t dealer(zmq::context_t& context, const std::string& address, const std::string& name) {
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::routing_id, name);
  socket.set(zmq::sockopt::reconnect_ivl, 1);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.connect(address);
  return socket;
}

inline zmq::socket_t router(zmq::context_t& context, const std::string& address) {
  zmq::socket_t socket(context, zmq::socket_type::router);
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::sndhwm, 0);
  socket.set(zmq::sockopt::rcvhwm, 0);
  socket.bind(address);
  return socket;
}

}  // namespace bench

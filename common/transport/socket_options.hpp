#pragma once
#include <optional>
#include <string>
#include <zmq.hpp>

#include "common/transport/run_keys.hpp"

namespace scoop {

/// For every socket, once.
void set_queue_options(zmq::socket_t& socket);
/// For what is bound next: each listener keeps what was set when it was bound.
void set_listening_options(zmq::socket_t& socket, const std::string& address, const std::optional<RunKeys>& keys);
void set_connecting_options(zmq::socket_t& socket, const std::string& address, const std::optional<RunKeys>& keys);
/// While it is not connected it takes no frames, and is in no hurry.
void set_refusing_options(zmq::socket_t& socket);

}  // namespace scoop

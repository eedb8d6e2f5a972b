#pragma once
#include <algorithm>
#include <cstddef>
#include <functional>

#include "common/process/event_loop.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

/// Reads this process's standard input for an origin on another host, as fast as that takes it. While another job has
/// the terminal it reads nothing, which would stop this one.
class InputForwarder {
 public:
  /// `send`: empty bytes are the end.
  InputForwarder(EventLoop& loop, std::function<void(Bytes)> send) : loop_(loop), send_(std::move(send)) {}
  ~InputForwarder() { stop(); }

  void start() { is_open_ = true; }
  void stop();
  /// The origin took so much.
  void on_taken(std::size_t bytes) { in_flight_ -= std::min(in_flight_, bytes); }
  /// Before each round of the loop.
  void set_interests();

 private:
  void read();

  EventLoop& loop_;
  std::function<void(Bytes)> send_;
  std::size_t in_flight_ = 0;
  bool is_open_ = false;
  bool is_watched_ = false;
};

}  // namespace scoop

#pragma once
#include <cstddef>
#include <span>
#include <zmq.hpp>

#include "common/base/clock.hpp"

namespace scoop {

/// A descriptor that is waited for together with the sockets.
struct PolledFd {
  int fd = -1;
  bool for_writing = false;  // else for reading
  bool ready = false;        // the other side's end counts
};

inline constexpr std::size_t max_polled = 8;  // sockets and descriptors together

/// Returns when a socket has something to read or a descriptor is ready, or at `deadline`; also when a signal came. May
/// return early.
void wait_ready(std::span<const zmq::socket_ref> sockets, std::span<PolledFd> fds, TimePoint deadline);

}  // namespace scoop

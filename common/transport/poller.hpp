#pragma once
#include <cstddef>
#include <span>
#include <zmq.hpp>

#include "common/base/clock.hpp"

namespace scoop {

/// A descriptor that is waited for together with the sockets.
struct PolledFd {
  int fd = -1;
  bool ready = false;  // has something to read; the other side's end counts
};

inline constexpr std::size_t max_polled = 8;  // sockets and descriptors together

/// Returns when there is something to read, or at `deadline`; also when a signal came. May return early.
void wait_readable(std::span<const zmq::socket_ref> sockets, std::span<PolledFd> fds, TimePoint deadline);

}  // namespace scoop

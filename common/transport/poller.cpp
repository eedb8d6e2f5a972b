#include "common/transport/poller.hpp"

#include <algorithm>
#include <array>

#include "common/base/assert.hpp"

namespace scoop {
namespace {

// Rounded up: a wait that ends a little before its deadline would only be followed by another.
long milliseconds_until(TimePoint deadline) {
  if (deadline == never) return -1;
  constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<long>(std::clamp(left, std::chrono::milliseconds::zero(), longest).count());
}

}  // namespace

void wait_ready(std::span<const zmq::socket_ref> sockets, std::span<PolledFd> fds, TimePoint deadline) {
  SCOOP_ASSERT(sockets.size() + fds.size() <= max_polled);
  std::array<zmq_pollitem_t, max_polled> items{};
  std::size_t count = 0;
  for (zmq::socket_ref socket : sockets) items[count++] = {socket.handle(), 0, ZMQ_POLLIN, 0};
  for (const PolledFd& polled : fds) {
    items[count++] = {nullptr, polled.fd, static_cast<short>(polled.for_writing ? ZMQ_POLLOUT : ZMQ_POLLIN), 0};
  }

  const int ready = zmq_poll(items.data(), static_cast<int>(count), milliseconds_until(deadline));
  if (ready < 0 && zmq_errno() != EINTR) throw zmq::error_t();
  for (std::size_t i = 0; i < fds.size(); ++i) fds[i].ready = ready > 0 && items[sockets.size() + i].revents != 0;
}

}  // namespace scoop

#include "common/transport/gate.hpp"

#include <algorithm>
#include <array>

#include "common/base/assert.hpp"

namespace scoop {
namespace {

// Who reads without end still lets newcomers in.
constexpr unsigned frames_between_turns = 256;

}  // namespace

Result<std::unique_ptr<Gate>> Gate::open(Context& context, std::vector<ListeningSocket> listening,
                                         std::optional<RunKeys> keys) {
  std::unique_ptr<Gate> gate(new Gate(context, std::move(listening), std::move(keys)));
  if (gate->keys_ && gate->has_tcp()) {
    auto authenticator = Authenticator::open(context, *gate->keys_);
    if (!authenticator) return authenticator.failure();
    gate->authenticator_ = *std::move(authenticator);
  }
  auto served = gate->serve();
  if (!served) return served.failure();
  gate->served_ = *std::move(served);
  return gate;
}

Result<std::unique_ptr<Gate::Served>> Gate::serve() {
  auto router = Router::open(context_);
  if (!router) return router.failure();
  std::unique_ptr<Served> served(new Served{*std::move(router), std::nullopt});
  if (has_tcp()) {
    auto monitor = ConnectionMonitor::open(context_, served->router);
    if (!monitor) return monitor.failure();
    served->monitor.emplace(*std::move(monitor));
  }
  for (const ListeningSocket& socket : listening_) {
    if (const Status bound = served->router.serve(socket, keys_); !bound) return bound.failure();
  }
  return served;
}

std::optional<RoutedFrame> Gate::receive() {
  if (++received_ >= frames_between_turns) guard();
  return served_->router.receive();
}

void Gate::wait(std::span<const zmq::socket_ref> others, std::span<PolledFd> fds, TimePoint deadline) {
  std::array<zmq::socket_ref, max_polled> sockets;
  SCOOP_ASSERT(others.size() + 3 <= sockets.size());
  auto end = std::copy(others.begin(), others.end(), sockets.begin());
  *end++ = served_->router.ref();
  if (served_->monitor) *end++ = served_->monitor->ref();
  if (authenticator_) *end++ = authenticator_->ref();
  wait_ready({sockets.begin(), end}, fds, deadline);
  guard();
}

bool Gate::reopen() {
  auto served = serve();
  if (!served) return false;
  served_ = *std::move(served);
  admissions_.forget_open();
  return true;
}

bool Gate::has_tcp() const {
  return std::ranges::any_of(listening_, [](const ListeningSocket& socket) { return is_tcp(socket.address()); });
}

// First the monitor: the address of one who waits for an answer can still be asked.
void Gate::guard() {
  received_ = 0;
  if (served_->monitor) served_->monitor->read(admissions_);
  if (authenticator_) authenticator_->serve();
}

}  // namespace scoop

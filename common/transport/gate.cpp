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
  std::unique_ptr<Gate> gate(new Gate(context, std::move(keys)));
  gate->listening_ = std::move(listening);
  auto served = gate->serve_all();
  if (!served) return served.failure();
  gate->served_ = *std::move(served);
  return gate;
}

Status Gate::add_listening(ListeningSocket listening) {
  if (const Status served = serve(*served_, listening); !served) return served;
  listening_.push_back(std::move(listening));
  return success();
}

Result<std::unique_ptr<Gate::Served>> Gate::serve_all() {
  auto router = Router::open(context_);
  if (!router) return router.failure();
  std::unique_ptr<Served> served(new Served{*std::move(router), std::nullopt});
  for (const ListeningSocket& socket : listening_) {
    if (const Status bound = serve(*served, socket); !bound) return bound.failure();
  }
  return served;
}

Status Gate::serve(Served& served, const ListeningSocket& listening) {
  if (is_tcp(listening.address())) {
    if (const Status prepared = prepare_for_tcp(served); !prepared) return prepared;
  }
  return served.router.serve(listening, keys_);
}

Status Gate::prepare_for_tcp(Served& served) {
  if (keys_ && !authenticator_) {
    auto authenticator = Authenticator::open(context_, *keys_);
    if (!authenticator) return authenticator.failure();
    authenticator_ = *std::move(authenticator);
  }
  if (!served.monitor) {
    auto monitor = ConnectionMonitor::open(context_, served.router);
    if (!monitor) return monitor.failure();
    served.monitor.emplace(*std::move(monitor));
  }
  return success();
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
  auto served = serve_all();
  if (!served) return false;
  served_ = *std::move(served);
  admissions_.forget_open();
  return true;
}

// First the monitor: the address of one who waits for an answer can still be asked.
void Gate::guard() {
  received_ = 0;
  if (served_->monitor) served_->monitor->read(admissions_);
  if (authenticator_) authenticator_->serve();
}

}  // namespace scoop

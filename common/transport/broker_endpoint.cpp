#include "common/transport/broker_endpoint.hpp"

#include "common/transport/routing_id.hpp"

namespace scoop {

Result<std::unique_ptr<BrokerEndpoint>> BrokerEndpoint::open(ListeningSocket listening, FaultInjector faults) {
  std::unique_ptr<BrokerEndpoint> endpoint(new BrokerEndpoint(std::move(listening), faults));
  auto router = Router::serve(endpoint->context_, endpoint->listening_);
  if (!router) return router.failure();
  endpoint->router_ = *std::move(router);
  return endpoint;
}

Sent BrokerEndpoint::send(WorkerId to, std::span<const char> head, const SharedBytes& body) {
  if (faults_.drops_frame()) {
    ++counters_.lost_by_fault;
    return Sent::yes;
  }
  const Sent sent = router_->send(to_routing_id(to), head, body);
  ++(sent == Sent::yes ? counters_.sent : counters_.not_sent);
  if (faults_.reopens_socket()) reopen_socket();
  return sent;
}

std::optional<WorkerFrame> BrokerEndpoint::receive() {
  while (auto routed = router_->receive()) {
    if (const auto sender = parse_routing_id(routed->sender)) {
      ++counters_.received;
      return WorkerFrame{*sender, std::move(routed->frame)};
    }
    ++counters_.malformed;
  }
  return std::nullopt;
}

void BrokerEndpoint::wait(std::span<PolledFd> fds, TimePoint deadline) {
  const zmq::socket_ref sockets[] = {router_->ref()};
  wait_ready(sockets, fds, deadline);
}

void BrokerEndpoint::reopen_socket() {
  auto router = Router::serve(context_, listening_);
  if (!router) return;  // out of descriptors: the old one goes on
  router_ = *std::move(router);
  ++counters_.reopened_by_fault;
}

}  // namespace scoop

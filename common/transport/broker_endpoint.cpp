#include "common/transport/broker_endpoint.hpp"

#include "common/transport/routing_id.hpp"

namespace scoop {

Result<std::unique_ptr<BrokerEndpoint>> BrokerEndpoint::open(Settings settings) {
  std::unique_ptr<BrokerEndpoint> endpoint(new BrokerEndpoint(settings.faults));
  auto gate = Gate::open(endpoint->context_, std::move(settings.listening), std::move(settings.keys));
  if (!gate) return gate.failure();
  endpoint->gate_ = *std::move(gate);
  return endpoint;
}

Sent BrokerEndpoint::send(WorkerId to, std::span<const char> head, const SharedBytes& body) {
  if (faults_.drops_frame()) {
    ++counters_.lost_by_fault;
    return Sent::yes;
  }
  const Sent sent = gate_->send(to_routing_id(to), head, body);
  ++(sent == Sent::yes ? counters_.sent : counters_.not_sent);
  if (faults_.reopens_socket() && gate_->reopen()) ++counters_.reopened_by_fault;
  return sent;
}

std::optional<WorkerFrame> BrokerEndpoint::receive() {
  while (auto routed = gate_->receive()) {
    if (const auto sender = parse_routing_id(routed->sender)) {
      ++counters_.received;
      return WorkerFrame{*sender, std::move(routed->frame)};
    }
    ++counters_.malformed;
  }
  return std::nullopt;
}

void BrokerEndpoint::wait(std::span<PolledFd> fds, TimePoint deadline) { gate_->wait({}, fds, deadline); }

}  // namespace scoop

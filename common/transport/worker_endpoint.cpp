#include "common/transport/worker_endpoint.hpp"

#include <algorithm>

#include "common/transport/routing_id.hpp"

namespace scoop {

namespace {

Result<std::vector<ListeningSocket>> listen(const WorkerEndpoint::Settings& settings) {
  std::vector<ListeningSocket> listening;
  auto ipc = ListeningSocket::bind_ipc(settings.listen_address);
  if (!ipc) return ipc.failure();
  listening.push_back(*std::move(ipc));
  if (settings.tcp_where.empty()) return listening;
  auto tcp = ListeningSocket::bind_tcp(settings.tcp_where, settings.tcp_ports);
  if (!tcp) return tcp.failure();
  listening.push_back(*std::move(tcp));
  return listening;
}

/// Null: there is no way.
const std::string* best_address(const Member& member, WorkerId from) {
  const bool is_same_host = member.id.host == from.host;
  const auto leads_there = [&](const std::string& address) { return is_same_host || is_tcp(address); };
  const auto found = std::ranges::find_if(member.addresses, leads_there);
  return found == member.addresses.end() ? nullptr : &*found;
}

}  // namespace

Result<std::unique_ptr<WorkerEndpoint>> WorkerEndpoint::open(Settings settings) {
  std::unique_ptr<WorkerEndpoint> endpoint(new WorkerEndpoint(std::move(settings)));
  auto listening = listen(endpoint->settings_);
  if (!listening) return listening.failure();
  auto gate = Gate::open(endpoint->context_, *std::move(listening), endpoint->settings_.keys);
  if (!gate) return gate.failure();
  endpoint->gate_ = *std::move(gate);

  auto broker = endpoint->connect_to_broker();
  if (!broker) return broker.failure();
  endpoint->broker_ = *std::move(broker);
  return endpoint;
}

Result<Dealer> WorkerEndpoint::connect_to_broker() {
  return Dealer::connect(context_, settings_.broker_address, to_routing_id(settings_.self), settings_.keys);
}

std::vector<std::string> WorkerEndpoint::addresses() const {
  std::vector<std::string> addresses;
  for (const ListeningSocket& socket : gate_->listening()) addresses.push_back(socket.address());
  return addresses;
}

void WorkerEndpoint::learn(const Member& member) {
  const std::string* const address = best_address(member, settings_.self);
  if (address == nullptr || member.id == settings_.self) return;
  Peer& peer = peers_[member.id];
  if (peer.address == *address) return;
  peer.address = *address;
  close_dealer(peer, Duration::zero());
}

void WorkerEndpoint::forget(WorkerId worker) {
  const auto found = peers_.find(worker);
  if (found == peers_.end()) return;
  close_dealer(found->second, Duration::zero());
  peers_.erase(found);
}

Sent WorkerEndpoint::send(WorkerId to, std::span<const char> head, const SharedBytes& body) {
  if (settings_.faults.drops_frame()) {
    ++counters_.lost_by_fault;
    return Sent::yes;
  }
  Dealer* const dealer = dealer_to(to);
  const Sent sent = dealer == nullptr ? Sent::unreachable : dealer->send(head, body);
  ++(sent == Sent::yes ? counters_.sent : counters_.not_sent);
  if (settings_.faults.reopens_socket()) reopen_some_socket();
  return sent;
}

std::optional<Frame> WorkerEndpoint::receive() {
  for (int i = 0; i < 2; ++i) {
    broker_next_ = !broker_next_;
    if (broker_next_) {
      if (auto frame = broker_->receive()) {
        ++counters_.received;
        return frame;
      }
    } else if (auto routed = gate_->receive()) {
      ++counters_.received;
      return std::move(routed->frame);
    }
  }
  return std::nullopt;
}

void WorkerEndpoint::wait(std::span<PolledFd> fds, TimePoint deadline) {
  // Nobody answers on the DEALERs to peers, so they need no looking after.
  const zmq::socket_ref broker[] = {broker_->ref()};
  gate_->wait(broker, fds, deadline);
}

void WorkerEndpoint::set_linger(Duration linger) {
  broker_->set_linger(linger);
  for (auto& [id, peer] : peers_) {
    if (peer.dealer) peer.dealer->set_linger(linger);
  }
}

Dealer* WorkerEndpoint::dealer_to(WorkerId to) {
  if (to == broker_id) return &*broker_;
  const auto found = peers_.find(to);
  if (found == peers_.end()) return nullptr;
  Peer& peer = found->second;
  peer.last_use = ++uses_;
  if (peer.dealer) return &*peer.dealer;

  if (open_peers_ >= settings_.max_peers) close_least_used();
  // Without a routing id: a connection opened anew is then never mistaken for the one it replaces.
  auto dealer = Dealer::connect(context_, peer.address, {}, settings_.keys);
  if (!dealer) {
    failure_ = dealer.failure().message;
    return nullptr;
  }
  peer.dealer = *std::move(dealer);
  ++open_peers_;
  return &*peer.dealer;
}

void WorkerEndpoint::close_least_used() {
  Peer* least = nullptr;
  for (auto& [id, peer] : peers_) {
    if (peer.dealer && (least == nullptr || peer.last_use < least->last_use)) least = &peer;
  }
  if (least != nullptr) close_dealer(*least, settings_.linger_of_closed);
}

void WorkerEndpoint::close_dealer(Peer& peer, Duration linger) {
  if (!peer.dealer) return;
  peer.dealer->set_linger(linger);
  peer.dealer.reset();
  --open_peers_;
}

void WorkerEndpoint::reopen_some_socket() {
  const std::uint64_t choice = settings_.faults.pick(2 + open_peers_);
  if (choice == 0) {
    if (!gate_->reopen()) return;
  } else if (choice == 1) {
    auto broker = connect_to_broker();
    if (!broker) return;
    broker_ = *std::move(broker);
  } else {
    std::uint64_t skip = choice - 2;
    const auto chosen =
        std::find_if(peers_.begin(), peers_.end(), [&](auto& entry) { return entry.second.dealer && skip-- == 0; });
    if (chosen != peers_.end()) close_dealer(chosen->second, Duration::zero());  // the next frame opens it
  }
  ++counters_.reopened_by_fault;
}

}  // namespace scoop

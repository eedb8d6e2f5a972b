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

/// Empty: none leads there.
std::string best_address(const Member& member, WorkerId from) {
  const bool is_same_host = member.id.host == from.host;
  const auto leads_there = [&](const std::string& address) { return is_same_host || is_tcp(address); };
  const auto found = std::ranges::find_if(member.addresses, leads_there);
  return found == member.addresses.end() ? std::string() : *found;
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
  if (member.id == settings_.self) return;
  const std::string address = best_address(member, settings_.self);
  Peer& peer = peers_[member.id];
  if (peer.address == address) return;
  peer.address = address;
  close_dealer(peer, Duration::zero());
}

bool WorkerEndpoint::doubt(WorkerId peer) {
  const auto found = peers_.find(peer);
  if (found == peers_.end() || is_near(peer) || found->second.goes_by_broker || !found->second.dealer) return false;
  close_dealer(found->second, Duration::zero());
  return true;
}

void WorkerEndpoint::forget(WorkerId worker) {
  const auto found = peers_.find(worker);
  if (found == peers_.end()) return;
  close_dealer(found->second, Duration::zero());
  peers_.erase(found);
}

Sent WorkerEndpoint::send(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) {
  if (settings_.faults.drops_frame()) {
    ++counters_.lost_by_fault;
    return Sent::yes;
  }
  const Sent sent = to == broker_id ? broker_->send(head, body) : send_to_peer(to, head, body, may_overtake);
  ++(sent == Sent::yes ? counters_.sent : counters_.not_sent);
  if (settings_.faults.reopens_socket()) reopen_some_socket();
  return sent;
}

Sent WorkerEndpoint::send_to_peer(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) {
  const auto found = peers_.find(to);
  if (found == peers_.end()) return Sent::unreachable;
  Peer& peer = found->second;
  // There nothing is in between, and frames may be larger than those that a broker takes.
  if (is_near(to)) return send_directly(to, peer, head, body);
  const bool must_follow = peer.goes_by_broker && !may_overtake;
  peer.goes_by_broker = must_follow || send_directly(to, peer, head, body) != Sent::yes;
  return peer.goes_by_broker ? send_by_broker(head, body) : Sent::yes;
}

Sent WorkerEndpoint::send_directly(WorkerId to, Peer& peer, std::span<const char> head, const SharedBytes& body) {
  Dealer* const dealer = open_dealer(to, peer);
  return dealer == nullptr ? Sent::unreachable : dealer->send(head, body);
}

Sent WorkerEndpoint::send_by_broker(std::span<const char> head, const SharedBytes& body) {
  const Sent sent = broker_->send(head, body);
  if (sent == Sent::yes) ++counters_.by_broker;
  return sent;
}

std::optional<Frame> WorkerEndpoint::receive() {
  for (int i = 0; i < 2; ++i) {
    broker_next_ = !broker_next_;
    if (broker_next_) {
      if (auto frame = broker_->receive()) {
        ++counters_.received;
        frame->by_broker = true;
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

Dealer* WorkerEndpoint::open_dealer(WorkerId to, Peer& peer) {
  if (peer.address.empty()) return nullptr;
  peer.last_use = ++uses_;
  if (peer.dealer) return &*peer.dealer;

  if (open_peers_ >= settings_.max_peers) close_least_used();
  // Without a routing id: a connection opened anew is then never mistaken for the one it replaces.
  auto dealer = Dealer::connect(context_, peer.address, {}, settings_.keys,
                                is_near(to) ? Unconnected::queues : Unconnected::refuses);
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

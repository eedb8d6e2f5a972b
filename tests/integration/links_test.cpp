#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "common/link/link_set.hpp"
#include "common/transport/broker_endpoint.hpp"
#include "common/transport/worker_endpoint.hpp"
#include "support/temp_dir.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::TempDir;

constexpr std::uint64_t messages = 200;  // from each to each

// Under faults each loss costs a resend timer, which is made for real networks.
const LinkLimits impatient{.acknowledge_after = 2ms, .resend_after_min = 10ms};

// Every twentieth is larger than a piece, so that it travels in several frames.
Bytes body_of(WorkerId from, std::uint64_t number) {
  Bytes body(number % 20 == 19 ? 300'000 : number % 100, static_cast<char>(from.slot));
  for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>(number + i);
  return body;
}

/// What one process of the pool sends and receives; the endpoint differs between workers and broker.
template <class Endpoint>
class Node final : FrameSink {
 public:
  Node(WorkerId self, std::unique_ptr<Endpoint> endpoint, std::vector<WorkerId> peers, LinkLimits limits)
      : peers_(std::move(peers)), endpoint_(std::move(endpoint)), links_(self, *this, limits), self_(self) {}

  /// Sends everything, and goes on until all nodes have received everything and been told so.
  void run(std::atomic<int>& unfinished) {
    const TimePoint end = Clock::now() + 50s;
    for (std::uint64_t i = 0; i < messages; ++i) {
      for (const WorkerId peer : peers_) {
        links_.send(peer, Surplus{i}, Clock::now());
        links_.send(peer, Tasks{{{i, {0, 1}, body_of(self_, i)}}}, Clock::now());
      }
      read();
    }
    bool counted = false;
    while (unfinished.load() > 0 && Clock::now() < end) {
      read();
      if (links_.next_deadline() <= Clock::now()) links_.on_tick(Clock::now());
      if (!counted && has_everything() && links_.is_quiet()) {
        counted = true;
        --unfinished;
      }
      endpoint_->wait({}, std::min(links_.next_deadline(), Clock::now() + 5ms));
    }
  }

  bool has_everything() const {
    return received_.size() == peers_.size() && std::ranges::all_of(received_, [](const auto& entry) {
             return entry.second.control == messages && entry.second.payload == messages;
           });
  }
  std::string errors() const { return errors_; }
  const TransportCounters& counters() const { return endpoint_->counters(); }

 private:
  static constexpr bool is_broker = std::same_as<Endpoint, BrokerEndpoint>;

  struct Received {
    std::uint64_t control = 0;
    std::uint64_t payload = 0;
  };

  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) override {
    if constexpr (is_broker) {
      endpoint_->send(to, head, body);
    } else {
      endpoint_->send(to, head, body, may_overtake);
    }
  }
  void doubt(WorkerId peer) override {
    if constexpr (!is_broker) endpoint_->doubt(peer);
  }
  void close(WorkerId) override {}

  void read() {
    while (const auto frame = endpoint_->receive()) {
      if (relay(frame_of(*frame))) continue;
      auto arrival = links_.on_frame(frame_of(*frame), Clock::now());
      if (!arrival) {
        errors_ += arrival.failure().message + "; ";
      } else if (arrival->message) {
        check(arrival->from, *arrival->message);
      }
    }
  }

  bool relay(const Frame& frame) {
    const auto header = read_header(frame.head);
    if (!is_broker || !header || header->to == broker_id) return false;
    endpoint_->send(header->to, frame.head, frame.body);
    return true;
  }

  static const Frame& frame_of(const Frame& frame) { return frame; }
  static const Frame& frame_of(const WorkerFrame& frame) { return frame.frame; }

  void check(WorkerId from, const Message& message) {
    Received& so_far = received_[from];
    if (const auto* surplus = std::get_if<Surplus>(&message)) {
      if (surplus->tasks != so_far.control++) errors_ += "control out of order; ";
    } else if (const auto* tasks = std::get_if<Tasks>(&message)) {
      const std::uint64_t expected = so_far.payload++;
      if (tasks->tasks.at(0).attempt != expected) errors_ += "payload out of order; ";
      if (tasks->tasks.at(0).work != body_of(from, expected)) errors_ += "payload damaged; ";
    } else if (!std::holds_alternative<Heartbeat>(message)) {
      errors_ += "never sent; ";
    }
  }

  std::vector<WorkerId> peers_;
  std::unique_ptr<Endpoint> endpoint_;
  LinkSet links_;
  WorkerId self_;
  std::map<WorkerId, Received> received_;
  std::string errors_;
};

struct Faults {
  std::uint64_t lost = 0;
  std::uint64_t reopened = 0;
};

const std::vector<WorkerId> of_one_host{{0, 1, 1}, {0, 2, 1}, {0, 3, 7}};
const std::vector<WorkerId> of_two_hosts{{0, 1, 1}, {0, 2, 1}, {1, 1, 7}};

/// A broker on host 0 and these workers send to each other; between hosts by TCP, with keys.
Faults exchange(const std::vector<WorkerId>& workers, FaultInjector faults) {
  const TempDir dir;
  const LinkLimits limits = faults.is_on() ? impatient : LinkLimits{};
  const auto ipc = [&](const std::string& name) { return "ipc://" + (dir / (name + ".sock")); };
  const bool has_tcp = &workers == &of_two_hosts;
  const std::optional<RunKeys> keys = has_tcp ? std::optional(*make_run_keys()) : std::nullopt;

  BrokerEndpoint::Settings settings{.keys = keys, .faults = faults.for_process(broker_id.packed())};
  settings.listening.push_back(*ListeningSocket::bind_ipc(ipc("broker")));
  if (has_tcp) settings.listening.push_back(*ListeningSocket::bind_tcp("127.0.0.1", {}));
  const std::string address_of_host_0 = settings.listening.front().address();
  const std::string address_of_others = settings.listening.back().address();
  Node<BrokerEndpoint> broker(broker_id, *BrokerEndpoint::open(std::move(settings)), workers, limits);

  std::vector<std::unique_ptr<WorkerEndpoint>> endpoints;
  std::vector<Member> members;
  for (const WorkerId self : workers) {
    endpoints.push_back(*WorkerEndpoint::open({.self = self,
                                               .listen_address = ipc(to_string(self)),
                                               .broker_address = self.host == 0 ? address_of_host_0 : address_of_others,
                                               .tcp_where = has_tcp ? "127.0.0.1" : "",
                                               .keys = keys,
                                               .faults = faults.for_process(self.packed())}));
    members.push_back({self, to_string(self), endpoints.back()->addresses(), false});
  }
  std::vector<std::unique_ptr<Node<WorkerEndpoint>>> nodes;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    std::vector<WorkerId> peers{broker_id};
    for (const Member& peer : members) {
      if (peer.id == workers[i]) continue;
      endpoints[i]->learn(peer);
      peers.push_back(peer.id);
    }
    nodes.push_back(
        std::make_unique<Node<WorkerEndpoint>>(workers[i], std::move(endpoints[i]), std::move(peers), limits));
  }

  std::atomic<int> unfinished = static_cast<int>(workers.size()) + 1;
  std::vector<std::thread> threads;
  for (auto& node : nodes) threads.emplace_back([&] { node->run(unfinished); });
  broker.run(unfinished);
  for (auto& thread : threads) thread.join();

  CHECK(broker.has_everything());
  CHECK(broker.errors() == "");
  Faults seen{broker.counters().lost_by_fault, broker.counters().reopened_by_fault};
  for (const auto& node : nodes) {
    CHECK(node->has_everything());
    CHECK(node->errors() == "");
    seen.lost += node->counters().lost_by_fault;
    seen.reopened += node->counters().reopened_by_fault;
  }
  return seen;
}

TEST_CASE("Links deliver everything once and in order over sockets") {
  const Faults seen = exchange(of_one_host, {});
  CHECK(seen.lost == 0);
  CHECK(seen.reopened == 0);
}

TEST_CASE("Links deliver everything once and in order though frames are lost and sockets reopened") {
  const Faults seen = exchange(of_one_host, FaultInjector(11, 0.02));
  CHECK(seen.lost > 50);
  CHECK(seen.reopened > 5);
}

TEST_CASE("Links deliver everything once and in order between hosts") {
  const Faults seen = exchange(of_two_hosts, {});
  CHECK(seen.lost == 0);
  CHECK(seen.reopened == 0);
}

TEST_CASE("Links deliver everything once and in order between hosts though frames are lost and sockets reopened") {
  const Faults seen = exchange(of_two_hosts, FaultInjector(12, 0.02));
  CHECK(seen.lost > 50);
  CHECK(seen.reopened > 5);
}

}  // namespace
}  // namespace scoop

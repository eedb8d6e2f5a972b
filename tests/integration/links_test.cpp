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
  struct Received {
    std::uint64_t control = 0;
    std::uint64_t payload = 0;
  };

  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body) override {
    endpoint_->send(to, head, body);
  }
  void close(WorkerId) override {}

  void read() {
    while (const auto frame = endpoint_->receive()) {
      auto arrival = links_.on_frame(frame_of(*frame), Clock::now());
      if (!arrival) {
        errors_ += arrival.failure().message + "; ";
      } else if (arrival->message) {
        check(arrival->from, *arrival->message);
      }
    }
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

void exchange(FaultInjector faults, std::uint64_t& lost, std::uint64_t& reopened) {
  const TempDir dir;
  const LinkLimits limits = faults.is_on() ? impatient : LinkLimits{};
  const auto ipc = [&](const std::string& name) { return "ipc://" + (dir / (name + ".sock")); };
  const std::vector<WorkerId> workers{{0, 1, 1}, {0, 2, 1}, {1, 1, 7}};

  auto listening = ListeningSocket::bind_ipc(ipc("broker"));
  REQUIRE(listening);
  Node<BrokerEndpoint> broker(
      broker_id, *BrokerEndpoint::open(*std::move(listening), faults.for_process(broker_id.packed())), workers, limits);
  std::vector<std::unique_ptr<Node<WorkerEndpoint>>> nodes;
  for (const WorkerId self : workers) {
    auto endpoint = *WorkerEndpoint::open({.self = self,
                                           .listen_address = ipc(to_string(self)),
                                           .broker_address = ipc("broker"),
                                           .faults = faults.for_process(self.packed())});
    std::vector<WorkerId> peers{broker_id};
    for (const WorkerId peer : workers) {
      if (peer == self) continue;
      endpoint->learn({peer, to_string(peer), {ipc(to_string(peer))}, false});
      peers.push_back(peer);
    }
    nodes.push_back(std::make_unique<Node<WorkerEndpoint>>(self, std::move(endpoint), std::move(peers), limits));
  }

  std::atomic<int> unfinished = static_cast<int>(workers.size()) + 1;
  std::vector<std::thread> threads;
  for (auto& node : nodes) threads.emplace_back([&] { node->run(unfinished); });
  broker.run(unfinished);
  for (auto& thread : threads) thread.join();

  CHECK(broker.has_everything());
  CHECK(broker.errors() == "");
  lost = broker.counters().lost_by_fault;
  reopened = broker.counters().reopened_by_fault;
  for (const auto& node : nodes) {
    CHECK(node->has_everything());
    CHECK(node->errors() == "");
    lost += node->counters().lost_by_fault;
    reopened += node->counters().reopened_by_fault;
  }
}

TEST_CASE("Links deliver everything once and in order over sockets") {
  std::uint64_t lost = 0;
  std::uint64_t reopened = 0;
  exchange({}, lost, reopened);
  CHECK(lost == 0);
  CHECK(reopened == 0);
}

TEST_CASE("Links deliver everything once and in order though frames are lost and sockets reopened") {
  std::uint64_t lost = 0;
  std::uint64_t reopened = 0;
  exchange(FaultInjector(11, 0.02), lost, reopened);
  CHECK(lost > 50);
  CHECK(reopened > 5);
}

}  // namespace
}  // namespace scoop

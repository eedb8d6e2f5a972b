#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/link/link_set.hpp"
#include "common/transport/worker_endpoint.hpp"
#include "support/broker_process.hpp"

namespace scoop::test {

/// As much of a worker as the broker sees of one.
class BareWorker final : FrameSink {
 public:
  BareWorker(const BrokerProcess& broker, WorkerId id) : BareWorker(broker, id, broker.address(), std::nullopt) {}
  BareWorker(const BrokerProcess& broker, WorkerId id, const std::string& broker_address, std::optional<RunKeys> keys,
             const std::string& tcp_where = {})
      : endpoint_(*WorkerEndpoint::open({.self = id,
                                         .listen_address = broker.ipc(to_string(id)),
                                         .broker_address = broker_address,
                                         .tcp_where = tcp_where,
                                         .keys = std::move(keys)})),
        self_{id, to_string(id), endpoint_->addresses(), false},
        links_(id, *this) {}

  const Member& self() const { return self_; }
  void say(const Message& message, WorkerId to = broker_id) { links_.send(to, message, Clock::now()); }
  void greet(std::uint32_t abi = 1) { say(Hello{.abi = abi, .self = self_, .modules = {}, .lost = {}}); }

  /// What others are to believe of it.
  void claim_addresses(std::vector<std::string> addresses) { self_.addresses = std::move(addresses); }
  void learn(const BareWorker& other) { endpoint_->learn(other.self_); }
  const WorkerEndpoint& endpoint() const { return *endpoint_; }
  bool is_quiet() const { return links_.is_quiet(); }

  /// The next message of this type; others are passed over.
  template <class Expected>
  std::optional<Expected> next(Duration limit = std::chrono::seconds(20)) {
    const TimePoint end = Clock::now() + limit;
    while (Clock::now() < end) {
      if (auto expected = turn<Expected>()) return expected;
      endpoint_->wait({}, std::min(end, links_.next_deadline()));
    }
    return std::nullopt;
  }
  /// The same, of what is there.
  template <class Expected>
  std::optional<Expected> turn() {
    endpoint_->wait({}, Clock::now());
    while (const auto frame = endpoint_->receive()) {
      const auto arrival = links_.on_frame(*frame, Clock::now());
      if (!arrival || !arrival->message) continue;
      if (const auto* expected = std::get_if<Expected>(&*arrival->message)) return *expected;
    }
    if (links_.next_deadline() <= Clock::now()) links_.on_tick(Clock::now());
    return std::nullopt;
  }

 private:
  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) override {
    endpoint_->send(to, head, body, may_overtake);
  }
  void doubt(WorkerId peer) override { endpoint_->doubt(peer); }
  void close(WorkerId) override {}

  std::unique_ptr<WorkerEndpoint> endpoint_;
  Member self_;
  LinkSet links_;
};

inline bool is_ready(BrokerProcess& broker) {
  const auto message = broker.next();
  return message && std::holds_alternative<control::BrokerReady>(*message);
}

/// The broker's answer to Listen.
template <class Answer>
Answer listen(BrokerProcess& broker, const control::Listen& question) {
  broker.send(question);
  const auto message = broker.next();
  REQUIRE(message);
  const auto* answer = std::get_if<Answer>(&*message);
  REQUIRE(answer);
  return *answer;
}

}  // namespace scoop::test

#pragma once
#include <map>
#include <string>

#include "tests/simulation/pool.hpp"

namespace scoop::simulation {

/// A process of the pool: what is common to broker and worker.
struct Pool::Node : FrameSink {
  Node(Pool& p, std::size_t i, WorkerId w);
  virtual ~Node() = default;

  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool) override {
    pool.transmit(*this, pool.find(to), {Bytes(head.begin(), head.end()), body});
  }
  void doubt(WorkerId) override {}
  void close(WorkerId) override {}

  virtual void on_frame(const Frame& frame, TimePoint now);
  virtual void on_message(WorkerId from, Message message, TimePoint now) = 0;
  virtual void on_tick(TimePoint now) = 0;
  virtual TimePoint next_deadline() const = 0;
  /// After each event: what it led to.
  virtual void check(TimePoint now) = 0;

  Pool& pool;
  std::size_t index;
  WorkerId id;
  LinkSet links;
  bool is_alive = true;
  TimePoint frozen_until{};
  TimePoint timer_at = never;
};

struct Pool::BrokerNode final : Node {
  BrokerNode(Pool& p, TimePoint now);

  void on_frame(const Frame& frame, TimePoint now) override;
  void on_message(WorkerId from, Message message, TimePoint now) override;
  void on_tick(TimePoint now) override;
  TimePoint next_deadline() const override { return std::min(broker.next_deadline(), links.next_deadline()); }
  void check(TimePoint now) override;
  void on_ended(const Worker& worker, TimePoint now);
  void on_drain(WorkerId worker, TimePoint now);

  Broker broker;
};

struct Pool::Worker final : Node, ThreadHost {
  /// Once it stands it seems to do so for ever, though nothing may get through.
  struct Connection {
    TimePoint stands_at = never;  // unless it is blocked then
    bool stands = false;
    bool goes_by_broker = false;
  };

  Worker(Pool& p, std::size_t i, WorkerId w);

  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) override;
  void doubt(WorkerId peer) override;
  void on_message(WorkerId from, Message message, TimePoint now) override;
  void on_tick(TimePoint now) override;
  TimePoint next_deadline() const override { return std::min(core.next_deadline(), links.next_deadline()); }
  void check(TimePoint now) override;
  void start(TimePoint now);
  void on_signal(TimePoint now);

  TimePoint now() const override { return pool.now_; }
  void resume_at(TimePoint time) override;
  void signal() override;
  bool is_lost(WorkerId worker) const override { return core.peers().is_lost(worker); }
  bool is_tracing() const override { return pool.trace_ != nullptr; }
  void trace(const std::string& line) override { pool.tell(*this, line); }

  bool goes_directly(const Node& to, bool may_overtake);
  bool can_work(TimePoint now) const { return is_alive && core.is_welcome() && now >= frozen_until; }

  FalseExecutor executor;
  WorkerCore core;
  std::map<WorkerId, Connection> connections;  // to those of the other host, as WorkerEndpoint has them
  bool is_started = false;
  bool is_leaving = false;  // was told to drain
  bool has_left = false;    // and ended by that
  std::uint64_t turn = 0;   // only the last resume_at counts
  Duration disturbed{};     // may have been silent for so long, through faults
  LossCause cause;          // how it ended
};

}  // namespace scoop::simulation

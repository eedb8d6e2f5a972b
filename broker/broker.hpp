#pragma once
#include <variant>
#include <vector>

#include "broker/matching.hpp"
#include "broker/worker_registry.hpp"
#include "common/base/clock.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

struct BrokerSettings {
  Duration lost_after = std::chrono::seconds(30);  // of silence; `never_lost` turns it off
  /// How often it looks for silent workers; a look that comes later than one more of these was the broker's own pause.
  Duration check_every = std::chrono::seconds(1);
};
inline constexpr Duration never_lost = Duration::max();

/// What happened, for the log of the one who runs the broker.
struct WorkerJoined {
  Member member;
};
struct WorkerRefused {
  Member member;
  std::string reason;
};
struct WorkerGone {
  LostWorker worker;
  bool was_silent = false;  // else its parent saw its end
};
struct FeedOrdered {
  WorkerId thief;
  WorkerId victim;
};
struct BrokerPaused {
  Duration lateness;
};
using BrokerEvent = std::variant<WorkerJoined, WorkerRefused, WorkerGone, FeedOrdered, BrokerPaused>;

/// Decides who belongs to the pool, who is lost, and who feeds whom. Never blocks, never reads a clock; every word goes
/// through `out`.
class Broker {
 public:
  Broker(BrokerSettings settings, TimePoint now);

  void on_message(WorkerId from, Message message, TimePoint now, Outbox& out);
  /// The worker's parent saw the process end.
  void on_ended(const LostWorker& worker, TimePoint now, Outbox& out);
  void on_tick(TimePoint now, Outbox& out);
  TimePoint next_deadline() const { return next_check_; }

  const WorkerRegistry& workers() const { return workers_; }
  const Matching& matching() const { return matching_; }
  /// What happened since the last call.
  std::vector<BrokerEvent> take_events();

 private:
  void on_hello(WorkerId from, Hello hello, TimePoint now, Outbox& out);
  void lose(const LostWorker& worker, bool was_silent, Outbox& out);
  void give(const Matching::Orders& orders, Outbox& out);

  BrokerSettings settings_;
  WorkerRegistry workers_;
  Matching matching_;
  TimePoint next_check_;
  std::vector<BrokerEvent> events_;
};

}  // namespace scoop

#pragma once
#include <variant>
#include <vector>

#include "broker/constant_registry.hpp"
#include "broker/leaving.hpp"
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
/// It was to leave and can: nothing is left at it, or on the way to or from it.
struct WorkerLeft {
  WorkerId worker;
};
struct FeedOrdered {
  WorkerId thief;
  WorkerId victim;
};
struct BrokerPaused {
  Duration lateness;
};
using BrokerEvent = std::variant<WorkerJoined, WorkerRefused, WorkerGone, WorkerLeft, FeedOrdered, BrokerPaused>;

/// Decides who belongs to the pool, who is lost, and who feeds whom. Never blocks, never reads a clock; every word goes
/// through `out`.
class Broker {
 public:
  Broker(BrokerSettings settings, TimePoint now);

  void on_message(WorkerId from, Message message, TimePoint now, Outbox& out);
  /// The worker's parent saw the process end.
  void on_ended(const LostWorker& worker, TimePoint now, Outbox& out);
  /// It is to leave. It may be still to come.
  void on_drain(WorkerId worker, Outbox& out);
  void on_tick(TimePoint now, Outbox& out);
  TimePoint next_deadline() const { return next_check_; }
  /// Whether what `from` sends to `to` by the broker is passed on.
  bool relays(WorkerId from, WorkerId to) const;

  const WorkerRegistry& workers() const { return workers_; }
  const Matching& matching() const { return matching_; }
  const Leaving& leaving() const { return leaving_; }
  /// What happened since the last call.
  std::vector<BrokerEvent> take_events();

 private:
  void on_hello(WorkerId from, Hello hello, TimePoint now, Outbox& out);
  void lose(const LostWorker& worker, bool was_silent, Outbox& out);
  void give(const Matching::Orders& orders, Outbox& out);
  void tell(const ConstantRegistry::Answers& answers, Outbox& out);
  void greet_leaving(WorkerId joined, Outbox& out);
  bool save_constants(Outbox& out);
  void tell_left(Outbox& out);

  BrokerSettings settings_;
  WorkerRegistry workers_;
  Matching matching_;
  Leaving leaving_;
  ConstantRegistry constants_;
  TimePoint next_check_;
  std::vector<BrokerEvent> events_;
};

}  // namespace scoop

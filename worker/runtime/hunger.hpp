#pragma once
#include "common/base/clock.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

/// The thief's side: whom this worker asks for work, and when it takes that back.
///
/// The owner of the last result is asked first, with that result; the broker only if nothing came soon after, so that
/// a busy pair needs no broker. Own work that comes in between is often over at once (a fiber that waits for the next
/// result), so it ends the hunger only if it lasts; tasks of others end it immediately.
class Hunger {
 public:
  explicit Hunger(Duration patience) : patience_(patience) {}

  /// The worker thread has nothing to run and wants something. `asked`: a Results message just said so to this owner;
  /// nobody: broker_id.
  void on_idle(WorkerId asked, TimePoint now, Outbox& out);
  void on_busy(TimePoint now);
  void on_fed(WorkerId by, Outbox& out);
  /// About to report surplus to the broker, which does not go with hunger.
  void on_surplus(Outbox& out);
  /// Wants nothing any more.
  void withdraw(Outbox& out) { end(broker_id, out); }
  void on_lost(WorkerId worker, TimePoint now);
  void on_tick(TimePoint now, Outbox& out);
  TimePoint next_deadline() const { return deadline_; }

  /// Whether the next Results may ask their receiver.
  bool may_ask() const { return !told_broker_; }
  /// Results without a word of hunger went to this owner.
  void on_not_asked(WorkerId owner);
  bool told_broker() const { return told_broker_; }
  bool is_idle() const { return idle_; }

 private:
  void tell_broker(Outbox& out);
  void end(WorkerId fed_by, Outbox& out);

  Duration patience_;
  bool idle_ = false;
  bool told_broker_ = false;
  WorkerId asked_;              // an owner that has our standing order; nobody: broker_id
  TimePoint deadline_ = never;  // idle: ask the broker then; busy: take the hunger back then
};

}  // namespace scoop

#include "worker/runtime/hunger.hpp"

#include <utility>

namespace scoop {

void Hunger::on_idle(WorkerId asked, TimePoint now, Outbox& out) {
  bool was_idle = std::exchange(idle_, true);
  if (asked != broker_id) asked_ = asked;
  if (told_broker_) {
    deadline_ = never;
  } else if (asked_ == broker_id) {
    tell_broker(out);
  } else if (!was_idle || asked != broker_id) {
    deadline_ = now + patience_;
  }
}

void Hunger::on_busy(TimePoint now) {
  if (!std::exchange(idle_, false)) return;
  bool told_anybody = told_broker_ || asked_ != broker_id;
  deadline_ = told_anybody ? now + patience_ : never;
}

void Hunger::on_fed(WorkerId by, Outbox& out) {
  if (asked_ == by) asked_ = broker_id;
  end(by, out);
}

void Hunger::on_surplus(Outbox& out) { end(broker_id, out); }

void Hunger::on_lost(WorkerId worker, TimePoint now) {
  if (asked_ != worker) return;
  asked_ = broker_id;
  if (idle_ && !told_broker_) deadline_ = now;
}

void Hunger::on_not_asked(WorkerId owner) {
  if (asked_ == owner) asked_ = broker_id;
}

void Hunger::on_tick(TimePoint now, Outbox& out) {
  if (now < deadline_) return;
  deadline_ = never;
  if (idle_)
    tell_broker(out);
  else
    end(broker_id, out);
}

void Hunger::tell_broker(Outbox& out) {
  told_broker_ = true;
  deadline_ = never;
  out.send(broker_id, Hungry{});
}

void Hunger::end(WorkerId fed_by, Outbox& out) {
  idle_ = false;
  deadline_ = never;
  if (asked_ != broker_id) out.send(std::exchange(asked_, broker_id), Results{});
  if (std::exchange(told_broker_, false)) out.send(broker_id, Sated{fed_by});
}

}  // namespace scoop

#include "broker/broker.hpp"

#include <utility>

namespace scoop {

Broker::Broker(BrokerSettings settings, TimePoint now)
    : settings_(settings), workers_(settings.lost_after), next_check_(now + settings.check_every) {}

void Broker::on_message(WorkerId from, Message message, TimePoint now, Outbox& out) {
  if (workers_.is_lost(from)) return;
  if (auto* hello = std::get_if<Hello>(&message)) return on_hello(from, std::move(*hello), now, out);
  if (workers_.find(from) == nullptr) return;  // refused, and has not noticed yet
  workers_.heard_from(from, now);
  struct Handler {
    Broker& broker;
    WorkerId from;
    Outbox& out;
    void operator()(const Hungry&) { broker.give(broker.matching_.on_hungry(from), out); }
    void operator()(const Sated& sated) { broker.give(broker.matching_.on_sated(from, sated.fed_by), out); }
    void operator()(const Surplus& surplus) { broker.give(broker.matching_.on_surplus(from, surplus.tasks), out); }
    void operator()(const Heartbeat&) {}
    void operator()(const Parted& parted) {
      broker.leaving_.on_parted(from, parted.worker);
      broker.tell_left(out);
    }
    void operator()(const Drained&) {
      broker.leaving_.on_drained(from);
      broker.tell_left(out);
    }
    void operator()(const SetConstant& constant) { broker.tell(broker.constants_.on_set(from, constant), out); }
    void operator()(const FindConstant& find) { broker.tell(broker.constants_.on_find(from, find.name), out); }
    void operator()(const ConstantHeld& held) {
      broker.constants_.on_held(from, held.name);
      broker.tell_left(out);
    }
    // What a worker has no business to say to the broker.
    void operator()(const Hello&) {}
    void operator()(const Welcome&) {}
    void operator()(const Refused&) {}
    void operator()(const Joined&) {}
    void operator()(const Lost&) {}
    void operator()(const Feed&) {}
    void operator()(const Unfeed&) {}
    void operator()(const Tasks&) {}
    void operator()(const Results&) {}
    void operator()(const Cancel&) {}
    void operator()(const Cancelled&) {}
    void operator()(const Release&) {}
    void operator()(const Piece&) {}
    void operator()(const Drain&) {}
    void operator()(const Draining&) {}
    void operator()(const ConstantFound&) {}
    void operator()(const AskConstant&) {}
    void operator()(const ConstantPart&) {}
  };
  std::visit(Handler{*this, from, out}, message);
}

void Broker::on_hello(WorkerId from, Hello hello, TimePoint now, Outbox& out) {
  if (from != hello.self.id || workers_.find(from) != nullptr) return;
  // A restarted broker learns from its workers who was lost before.
  for (const auto& worker : hello.lost) lose(worker, false, out);
  if (auto admitted = workers_.admit(hello, now); !admitted) {
    out.send(from, Refused{admitted.failure().message});
    events_.push_back(WorkerRefused{std::move(hello.self), admitted.failure().message});
    return;
  }
  auto members = workers_.members();
  for (const auto& member : members)
    if (member.id != from) out.send(member.id, Joined{hello.self});
  out.send(from, Welcome{std::move(members), workers_.lost()});
  events_.push_back(WorkerJoined{std::move(hello.self)});
  greet_leaving(from, out);
}

void Broker::greet_leaving(WorkerId joined, Outbox& out) {
  for (const auto worker : leaving_.workers()) {
    if (worker == joined) {
      out.send(joined, Drain{});
    } else {
      out.send(joined, Draining{worker});
    }
  }
}

void Broker::on_drain(WorkerId worker, Outbox& out) {
  if (workers_.is_lost(worker) || !leaving_.add(worker)) return;
  give(matching_.on_drain(worker), out);
  for (const auto& member : workers_.members()) {
    if (member.id == worker) {
      out.send(worker, Drain{});
    } else {
      out.send(member.id, Draining{worker});
    }
  }
  save_constants(out);
}

void Broker::tell_left(Outbox& out) {
  if (save_constants(out)) return;
  for (const auto worker : leaving_.take_left(workers_.members())) events_.push_back(WorkerLeft{worker});
}

void Broker::on_ended(const LostWorker& worker, TimePoint, Outbox& out) { lose(worker, false, out); }

void Broker::on_tick(TimePoint now, Outbox& out) {
  if (now < next_check_) return;
  auto lateness = now - next_check_;
  next_check_ = now + settings_.check_every;
  if (lateness > settings_.check_every) {
    workers_.forgive(lateness, now);
    events_.push_back(BrokerPaused{lateness});
  }
  if (settings_.lost_after == never_lost) return;
  for (const auto& worker : workers_.silent(now)) lose(worker, true, out);
}

bool Broker::relays(WorkerId from, WorkerId to) const {
  return from != to && workers_.find(from) != nullptr && workers_.find(to) != nullptr;
}

void Broker::lose(const LostWorker& worker, bool was_silent, Outbox& out) {
  bool was_member = workers_.find(worker.id) != nullptr;
  if (!workers_.lose(worker)) return;
  leaving_.on_lost(worker.id);
  constants_.on_lost(worker.id);
  // If it lives after all, this is how it learns; later words of its own are answered the same way.
  out.drop(worker);
  if (!was_member) return;
  for (const auto& member : workers_.members()) out.send(member.id, Lost{worker});
  events_.push_back(WorkerGone{worker, was_silent});
  give(matching_.on_lost(worker.id), out);
  tell_left(out);
}

void Broker::tell(const ConstantRegistry::Answers& answers, Outbox& out) {
  for (const auto& [to, found] : answers) out.send(to, found);
  save_constants(out);
}

/// A worker that hears of a constant unasked gets it for its host. Whether some that would leave have still to be got.
bool Broker::save_constants(Outbox& out) {
  if (leaving_.workers().empty()) return false;
  std::set<std::uint16_t> leaving_hosts;
  std::set<std::uint16_t> staying_hosts;
  WorkerId saver = broker_id;
  for (const auto& member : workers_.members()) {
    const bool stays = !leaving_.contains(member.id);
    (stays ? staying_hosts : leaving_hosts).insert(member.id.host);
    if (stays && saver == broker_id) saver = member.id;
  }
  if (saver == broker_id) return false;
  const auto constants = constants_.leaving(leaving_hosts, staying_hosts);
  for (const auto& found : constants) out.send(saver, found);
  return !constants.empty();
}

void Broker::give(const Matching::Orders& orders, Outbox& out) {
  for (const auto& order : orders) {
    if (!order.feed) {
      out.send(order.victim, Unfeed{order.thief});
      continue;
    }
    out.send(order.victim, Feed{*workers_.find(order.thief)});
    events_.push_back(FeedOrdered{order.thief, order.victim});
  }
}

std::vector<BrokerEvent> Broker::take_events() { return std::exchange(events_, {}); }

}  // namespace scoop

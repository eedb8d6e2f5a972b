#include "common/link/link_set.hpp"

#include <algorithm>

namespace scoop {

namespace {

// A tick later than this was not a busy moment: the process was stopped.
constexpr Duration pause = std::chrono::milliseconds(500);

}  // namespace

LinkSet::LinkSet(WorkerId self, FrameSink& sink, LinkLimits limits) : self_(self), sink_(sink), limits_(limits) {}

LinkSet::Entry& LinkSet::entry(WorkerId peer) {
  auto it = links_.find(peer);
  if (it == links_.end()) it = links_.try_emplace(peer, Entry{Link(self_, peer, limits_)}).first;
  return it->second;
}

void LinkSet::send(WorkerId to, const Message& message, TimePoint now) {
  if (is_dropped(to)) return;
  auto& peer = entry(to);
  if (std::holds_alternative<Heartbeat>(message))
    peer.link.send_unnumbered(message, sink_);
  else
    peer.link.send(message, now, sink_);
  set_alarm(to, peer);
}

Result<LinkSet::Arrival> LinkSet::on_frame(const Frame& frame, TimePoint now) {
  auto header = read_header(frame.head);
  if (!header) return header.failure();
  auto from = header->from;
  if (header->to != self_ || from == self_)
    return Failure{"a frame from " + to_string(from) + " to " + to_string(header->to) + " came to " + to_string(self_)};
  if (auto lost = dropped_.find(from); lost != dropped_.end()) {
    answer_dropped(lost->second);
    return Arrival{from, std::nullopt};
  }
  if (header->protocol != protocol_version && !is_greeting(frame.head))
    return Failure{"a frame from " + to_string(from) + " is of protocol " + std::to_string(header->protocol) +
                   " and not " + std::to_string(protocol_version)};
  auto& peer = entry(from);
  auto message = peer.link.on_frame(*header, frame, now, sink_);
  set_alarm(from, peer);
  if (!message) return message.failure();
  return Arrival{from, *std::move(message)};
}

void LinkSet::on_tick(TimePoint now) {
  if (!alarms_.empty() && now - alarms_.top().at > pause) on_pause(now - alarms_.top().at, now);
  while (!alarms_.empty() && alarms_.top().at <= now) {
    auto alarm = alarms_.top();
    alarms_.pop();
    auto it = links_.find(alarm.peer);
    if (it == links_.end() || it->second.wake != alarm.at) continue;
    it->second.wake = never;
    it->second.link.on_tick(now, sink_);
    set_alarm(alarm.peer, it->second);
  }
}

TimePoint LinkSet::next_deadline() const { return alarms_.empty() ? never : alarms_.top().at; }

void LinkSet::set_alarm(WorkerId peer, Entry& entry) {
  auto deadline = entry.link.next_deadline();
  // Later than the alarm that is set: that one will set the next.
  if (deadline >= entry.wake) return;
  entry.wake = deadline;
  alarms_.push({deadline, peer});
}

void LinkSet::on_pause(Duration length, TimePoint now) {
  alarms_ = {};
  for (auto& [peer, entry] : links_) {
    entry.link.on_pause(length, now);
    entry.wake = never;
    set_alarm(peer, entry);
  }
}

void LinkSet::drop(const LostWorker& peer) {
  links_.erase(peer.id);
  if (dropped_.emplace(peer.id, peer).second) sink_.close(peer.id);
}

void LinkSet::answer_dropped(const LostWorker& peer) {
  Link(self_, peer.id, limits_).send_unnumbered(Lost{peer}, sink_);
}

bool LinkSet::is_quiet() const {
  return std::ranges::all_of(links_, [](const auto& item) { return item.second.link.is_quiet(); });
}

}  // namespace scoop

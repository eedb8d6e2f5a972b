#pragma once
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "common/link/link.hpp"

namespace scoop {

/// All links of one process, by peer. A link begins with the first message to or frame from its peer and ends when the
/// peer is dropped, for good: ids are never used again.
class LinkSet {
 public:
  struct Arrival {
    WorkerId from;
    std::optional<Message> message;  // at most one a frame; none when it was a duplicate, a gap, or only a part
  };

  LinkSet(WorkerId self, FrameSink& sink, LinkLimits limits = {});

  /// Heartbeats leave outside the order, all else is delivered once and in order.
  void send(WorkerId to, const Message& message, TimePoint now);

  /// A Failure means that the frame was dropped: damaged, of another protocol, or for somebody else.
  Result<Arrival> on_frame(const Frame& frame, TimePoint now);
  void on_tick(TimePoint now);
  /// Call on_tick then. Changes with each call of the others.
  TimePoint next_deadline() const;

  /// Forgets what is queued for the peer. Its frames are answered from now on with the news that it was declared lost,
  /// and otherwise dropped.
  void drop(const LostWorker& peer);
  bool is_dropped(WorkerId peer) const { return dropped_.contains(peer); }

  /// Everything said to anybody has been acknowledged.
  bool is_quiet() const;

 private:
  struct Entry {
    Link link;
    TimePoint wake = never;  // the earliest of its alarms
  };
  struct Alarm {
    TimePoint at;
    WorkerId peer;
    bool operator>(const Alarm& other) const { return at > other.at; }
  };

  Entry& entry(WorkerId peer);
  void set_alarm(WorkerId peer, Entry& entry);
  void on_pause(Duration length, TimePoint now);
  void answer_dropped(const LostWorker& peer);

  WorkerId self_;
  FrameSink& sink_;
  LinkLimits limits_;
  std::unordered_map<WorkerId, Entry> links_;
  std::unordered_map<WorkerId, LostWorker> dropped_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;  // may hold outdated ones
};

/// Decisions' way out, for the length of one event.
class LinkOutbox final : public Outbox {
 public:
  LinkOutbox(LinkSet& links, TimePoint now) : links_(links), now_(now) {}
  void send(WorkerId to, Message message) override { links_.send(to, message, now_); }
  void drop(const LostWorker& peer) override { links_.drop(peer); }

 private:
  LinkSet& links_;
  TimePoint now_;
};

}  // namespace scoop

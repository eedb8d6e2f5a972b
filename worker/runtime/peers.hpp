#pragma once
#include <cstdint>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/protocol/message.hpp"

namespace scoop {

/// Who else there is, as far as this worker knows.
class Peers {
 public:
  /// `expected`: with how many workers the pool begins, this one too.
  explicit Peers(std::size_t expected = 0) : expected_(expected) {}

  /// False if the member is lost: then nothing is learnt.
  bool learn(const Member& member);
  /// False if it was known to be lost.
  bool lose(const LostWorker& worker);

  const Member* find(WorkerId worker) const;
  bool is_lost(WorkerId worker) const { return lost_.contains(worker); }
  /// It is to leave, and takes no more tasks.
  void drain(WorkerId worker) {
    if (!is_lost(worker)) draining_.insert(worker);
  }
  bool is_draining(WorkerId worker) const { return draining_.contains(worker); }
  /// True once for each peer: the first message to it has to be Hello.
  bool must_greet(WorkerId worker);

  std::vector<Member> members() const;
  std::vector<LostWorker> lost() const;
  std::size_t size() const { return alive_.size(); }
  /// Those that take tasks, or are about to: of those with whom the pool begins, or in the place of one that was ended
  /// on purpose.
  std::size_t takers() const;

 private:
  struct Peer {
    Member member;
    bool greeted = false;
  };

  std::size_t expected_;
  std::unordered_map<WorkerId, Peer> alive_;
  std::unordered_map<WorkerId, LostWorker> lost_;
  std::unordered_set<WorkerId> draining_;                     // alive, or still to come
  std::set<std::pair<std::uint16_t, std::uint16_t>> vacant_;  // host and slot of those that were ended on purpose
};

}  // namespace scoop

#pragma once
#include <unordered_map>
#include <vector>

#include "common/protocol/message.hpp"

namespace scoop {

/// Who else there is, as far as this worker knows.
class Peers {
 public:
  /// False if the member is lost: then nothing is learnt.
  bool learn(const Member& member);
  /// False if it was known to be lost.
  bool lose(const LostWorker& worker);

  const Member* find(WorkerId worker) const;
  bool is_lost(WorkerId worker) const { return lost_.contains(worker); }
  /// True once for each peer: the first message to it has to be Hello.
  bool must_greet(WorkerId worker);

  std::vector<Member> members() const;
  std::vector<LostWorker> lost() const;
  std::size_t size() const { return alive_.size(); }

 private:
  struct Peer {
    Member member;
    bool greeted = false;
  };

  std::unordered_map<WorkerId, Peer> alive_;
  std::unordered_map<WorkerId, LostWorker> lost_;
};

}  // namespace scoop

#pragma once
#include <map>
#include <set>
#include <vector>

#include "common/protocol/message.hpp"

namespace scoop {

/// Who is to leave the pool, and what has still to happen first. A worker can go when it said that nothing is left at
/// it, and all others that they expect nothing of it and send it nothing any more.
class Leaving {
 public:
  /// False: it was said before.
  bool add(WorkerId worker) { return workers_.try_emplace(worker).second; }
  bool contains(WorkerId worker) const { return workers_.contains(worker); }
  void on_drained(WorkerId worker);
  void on_parted(WorkerId from, WorkerId worker);
  void on_lost(WorkerId worker) { workers_.erase(worker); }

  std::vector<WorkerId> workers() const;
  /// Those of `members` that can go now; each once.
  std::vector<WorkerId> take_left(const std::vector<Member>& members);

 private:
  struct Worker {
    bool is_drained = false;
    bool has_left = false;
    std::set<WorkerId> parted;
  };

  std::map<WorkerId, Worker> workers_;
};

}  // namespace scoop

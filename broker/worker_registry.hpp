#pragma once
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

/// Who is alive and who was lost, in the broker's eyes; what it says goes for the whole pool.
class WorkerRegistry {
 public:
  explicit WorkerRegistry(Duration lost_after) : lost_after_(lost_after) {}

  /// The first worker's protocol, ABI and modules are what all others must have. Otherwise a sentence for the user.
  Status admit(const Hello& hello, TimePoint now);
  void heard_from(WorkerId worker, TimePoint now);
  /// False if it was lost before. A worker that was never admitted can be lost too: it will not be admitted.
  bool lose(const LostWorker& worker);

  /// Those that said nothing for too long, now.
  std::vector<LostWorker> silent(TimePoint now) const;
  /// Nobody listened for so long; that is no worker's fault.
  void forgive(Duration lateness, TimePoint now);

  const Member* find(WorkerId worker) const;
  bool is_lost(WorkerId worker) const { return lost_.contains(worker); }
  std::vector<Member> members() const;
  std::vector<LostWorker> lost() const;
  std::size_t size() const { return alive_.size(); }

 private:
  struct Alive {
    Member member;
    TimePoint heard;
  };

  Status compare(const Hello& hello) const;

  Duration lost_after_;
  std::optional<Hello> first_;
  std::unordered_map<WorkerId, Alive> alive_;
  std::unordered_map<WorkerId, LostWorker> lost_;
};

}  // namespace scoop

#pragma once
#include <utility>
#include <vector>

#include "worker/runtime/runtime.hpp"

namespace scoop {

/// Cancellations on their way: which tasks are to be cancelled, and whose answers are still out.
class Cancellations {
 public:
  using Holders = std::vector<std::pair<Attempt, WorkerId>>;

  /// Nothing of the task is lent anew until the last of the holders has answered; there may be none.
  void begin(CancelRequest request, Holders awaited);
  bool covers(TaskHandle task) const;
  /// Also where it has begun, if its holder was ended for it.
  bool may_kill(TaskHandle task) const;
  void on_answer(WorkerId holder, Attempt attempt);
  void on_lost(WorkerId holder);
  /// Tickets of which all answers are there, since the last call.
  std::vector<TaskHandle> take_answered();

 private:
  struct Pending {
    CancelRequest request;
    Holders awaited;
  };
  std::vector<Pending> pending_;  // few
};

}  // namespace scoop

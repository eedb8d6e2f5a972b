#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/shared_bytes.hpp"
#include "common/base/unique_fd.hpp"
#include "worker/runtime/runtime.hpp"

namespace scoop {

struct NewConstant {
  std::string hash;
  UniqueFd memory;  // sealed
  SharedBytes bytes;
};

/// What a task wants of a shared constant. `asker` is a node, which is done when the answer is there.
struct ConstantRequest {
  TaskHandle asker = 0;
  std::string name;
  std::string type;                  // that it is to have, or has
  std::optional<NewConstant> value;  // to set it; none: to get it
};

/// What a name has.
struct ConstantAnswer {
  std::string type{};
  SharedBytes bytes{};    // where the type is the one asked for
  bool is_taken = false;  // set by others before, to other bytes
  std::string failure{};  // why it cannot be had or set; empty: it can
};

/// Requests on the way from the worker thread to the communication thread, and their answers on the way back.
class ConstantDesk {
 public:
  // Worker thread; rings the doorbell then.
  void ask(ConstantRequest request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
  }
  /// Once the asker is done.
  ConstantAnswer take_answer(TaskHandle asker) {
    const std::lock_guard lock(mutex_);
    return std::move(answers_.extract(asker).mapped());
  }

  // Communication thread; delivers to the asker then.
  std::vector<ConstantRequest> take_requests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }
  void answer(TaskHandle asker, ConstantAnswer answer) {
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(asker, std::move(answer));
  }

 private:
  std::mutex mutex_;  // guards all below; nothing else is locked under it
  std::vector<ConstantRequest> requests_;
  std::map<TaskHandle, ConstantAnswer> answers_;
};

}  // namespace scoop

#pragma once
#include "common/base/clock.hpp"

namespace scoop::test {

/// Time that passes only when a test says so.
class ManualClock {
 public:
  TimePoint now() const { return now_; }
  TimePoint advance(Duration by) { return now_ += by; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace scoop::test

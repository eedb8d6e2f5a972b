#pragma once
#include <cstdint>

namespace scoop {

/// How far something is that many elements belong to; a single task has one.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;

  /// From 0 to 1; 1 where there was nothing to do.
  double fraction() const { return total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total); }
};

}  // namespace scoop

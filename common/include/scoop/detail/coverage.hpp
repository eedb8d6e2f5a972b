#pragma once
#include <cstdint>
#include <iterator>
#include <map>

namespace scoop::detail {

/// Which indices from a beginning on are done, where intervals come in any order.
class Coverage {
 public:
  explicit Coverage(std::uint64_t begin) : frontier_(begin) {}

  void add(std::uint64_t lo, std::uint64_t hi) {
    if (lo == frontier_) {
      frontier_ = hi;
      for (auto it = beyond_.begin(); it != beyond_.end() && it->first == frontier_; it = beyond_.erase(it))
        frontier_ = it->second;
    } else {
      beyond_.emplace(lo, hi);
    }
  }

  /// All below it are done.
  std::uint64_t frontier() const { return frontier_; }
  /// Done intervals above the frontier, by their beginning.
  const std::map<std::uint64_t, std::uint64_t>& beyond() const { return beyond_; }

 private:
  std::uint64_t frontier_;
  std::map<std::uint64_t, std::uint64_t> beyond_;
};

}  // namespace scoop::detail

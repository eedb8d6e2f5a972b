#pragma once
#include <cstdint>
#include <exception>
#include <iterator>
#include <map>

namespace scoop::detail {

/// Which elements of a map failed, and how: an exception for each interval.
class IntervalErrors {
 public:
  /// [lo, hi) must not have any yet.
  void add(std::uint64_t lo, std::uint64_t hi, std::exception_ptr error) {
    errors_.emplace(lo, Failed{hi, std::move(error)});
  }

  bool empty() const { return errors_.empty(); }
  const std::exception_ptr& first() const { return errors_.begin()->second.error; }
  /// Null: it has none.
  const std::exception_ptr* find(std::uint64_t i) const {
    auto it = errors_.upper_bound(i);
    if (it == errors_.begin()) return nullptr;
    const Failed& failed = std::prev(it)->second;
    return i < failed.hi ? &failed.error : nullptr;
  }
  bool any_in(std::uint64_t lo, std::uint64_t hi) const {
    const auto it = errors_.lower_bound(lo);
    return find(lo) || (it != errors_.end() && it->first < hi);
  }

 private:
  struct Failed {
    std::uint64_t hi;
    std::exception_ptr error;
  };
  std::map<std::uint64_t, Failed> errors_;  // by their beginning; few
};

}  // namespace scoop::detail

#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <scoop/detail/map_handle.hpp>
#include <scoop/map_result.hpp>
#include <utility>
#include <vector>

namespace scoop {

/// The results of `map_as_completed`, in the order in which they are there: a range to go through once, or to take as a
/// whole.
///
/// Shape, errors, lifetime, threads: as MapResult; an element whose call threw throws that when its turn comes.
template <class R>
class [[nodiscard]] CompletedMapResult : public detail::MapHandle<R> {
 public:
  /// A C++17 input iterator. Copies stay where they are.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = R;
    using difference_type = std::ptrdiff_t;
    using pointer = R*;
    using reference = R&;

    iterator() = default;
    /// Waits until one more result is there; throws what its call threw.
    R& operator*() const {
      wait();
      return node_->value(node_->arrivals[arrival_].first + offset_);
    }
    R* operator->() const { return &**this; }
    /// Waits as well, for it depends on what comes.
    iterator& operator++() {
      wait();
      ++count_;
      const auto& [lo, hi] = node_->arrivals[arrival_];
      if (++offset_ == hi - lo) {
        ++arrival_;
        offset_ = 0;
      }
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      ++*this;
      return old;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.count_ == b.count_; }

   private:
    friend CompletedMapResult;
    iterator(detail::MapNode<R>* node, std::uint64_t count) : node_(node), count_(count) {}
    void wait() const {
      if (count_ < node_->frontier) return;
      detail::enter();
      // Also without a deadline: runs nothing on this stack, where an element that waits would hold up those after it.
      const bool is_there = detail::is_over(node_->deadline)
                                ? detail::wait_with_others(*node_, count_ + 1, node_->deadline)
                                : scoop_wait_until(node_, count_ + 1, node_->deadline);
      if (!is_there) detail::throw_timeout(*node_, detail::in_options_time);
    }

    detail::MapNode<R>* node_ = nullptr;
    std::uint64_t count_ = 0;
    std::uint64_t arrival_ = 0;
    std::uint64_t offset_ = 0;
  };

  using detail::MapHandle<R>::MapHandle;

  iterator begin() { return {this->node(), 0}; }
  iterator end() { return {this->node(), this->size()}; }

  /// Waits for all; the results, moved out. Throws the first exception that came.
  std::vector<R> get() && {
    std::vector<R> values;
    if (this->empty()) return values;
    iterator(this->node(), this->size() - 1).wait();  // nothing is moved before
    values.reserve(this->size());
    for (R& value : *this) values.push_back(std::move(value));
    return values;
  }
  operator std::vector<R>() && { return std::move(*this).get(); }
};

/// Of a callable that returns nothing, as with map.
template <>
class [[nodiscard]] CompletedMapResult<void> : public MapResult<void> {
 public:
  using MapResult<void>::MapResult;
};

}  // namespace scoop

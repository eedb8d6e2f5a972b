#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <scoop/detail/block_queue.hpp>
#include <scoop/detail/map_handle.hpp>
#include <utility>
#include <vector>

namespace scoop {

/// The results of `map` over ranges without a known end, in input order: a range to go through once. Elements are read
/// when the window has room, on the consumer's thread.
///
/// Errors:   as MapResult. What a range throws while it is read is thrown after the results of all elements before it.
/// Lifetime: move-only. When it is dropped, no more elements are read, and what was not begun is not.
/// Threads:  as Future.
template <class R, class Blocks>
class [[nodiscard]] MapStream {
 public:
  /// A C++17 input iterator; all copies are at the same place.
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = R;
    using difference_type = std::ptrdiff_t;
    using pointer = R*;
    using reference = R&;

    iterator() = default;
    /// Waits until the result is there; throws what its call threw.
    R& operator*() const {
      detail::MapNode<R>& block = *blocks_->front();
      if (blocks_->index >= block.frontier) detail::wait_for_results(block, blocks_->index + 1);
      return block.value(blocks_->index);
    }
    R* operator->() const { return &**this; }
    /// May read further elements; throws what their range throws, and is at the end then.
    iterator& operator++() {
      ++blocks_->index;
      settle();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) { return a.blocks_ == b.blocks_; }

   private:
    friend MapStream;
    explicit iterator(Blocks* blocks) : blocks_(blocks) { settle(); }
    void settle() {
      Blocks* const blocks = std::exchange(blocks_, nullptr);
      if (blocks->fill()) blocks_ = blocks;
    }

    Blocks* blocks_ = nullptr;  // null: the end
  };

  iterator begin() { return iterator(blocks_.get()); }
  iterator end() { return {}; }

  /// Waits for all; the results, moved out. Throws the first exception in input order.
  std::vector<R> get() &&
        requires(!Blocks::is_endless)
  {
    for (R& value : *this) taken_.push_back(std::move(value));
    return std::move(taken_);
  }
  operator std::vector<R>() &&
        requires(!Blocks::is_endless)
  {
    return std::move(*this).get();
  }

  /// Internal.
  explicit MapStream(std::unique_ptr<Blocks> blocks) : blocks_(std::move(blocks)) {}

 private:
  std::unique_ptr<Blocks> blocks_;
  std::vector<R> taken_;  // by a get() whose time was over, for the next
};

/// Of a callable that returns nothing: there is only its end to wait for.
template <class Blocks>
class [[nodiscard]] MapStream<void, Blocks> {
 public:
  /// Reads all elements and waits for all calls; throws the first exception in input order.
  void get() {
    for (; blocks_->fill(); blocks_->pop()) {
      detail::MapNode<void>& block = *blocks_->front();
      detail::wait_for_results(block, block.places.size());  // where the time is over, the rest stays to be waited for
      try {
        detail::finish(block);
      } catch (...) {
        if (!first_) first_ = std::current_exception();
      }
    }
    if (first_) std::rethrow_exception(first_);
  }

  explicit MapStream(std::unique_ptr<Blocks> blocks) : blocks_(std::move(blocks)) {}

 private:
  std::unique_ptr<Blocks> blocks_;
  std::exception_ptr first_;  // also of a get() whose time was over
};

}  // namespace scoop

#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <scoop/detail/map_task.hpp>
#include <scoop/detail/worker.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop {

/// The results of `map`, in input order, as they come in: a range to go through once, or to take as a whole.
///
/// Shape:    as many results as the shortest input range has elements.
/// Errors:   an element whose call threw throws that exception where its result would have been; the others are there.
/// Lifetime: move-only. Dropping it does not stop the map; its results are thrown away, and if calls threw, one of
///           their exceptions is logged.
/// Threads:  as Future.
template <class R>
class [[nodiscard]] MapResult {
 public:
  /// A C++17 input iterator, so that std::accumulate and its like work; copies share their place in the range only
  /// until one of them moves on.
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
      if (index_ >= node_->frontier) [[unlikely]]
        wait_for(*node_, index_ + 1);
      return node_->value(index_);
    }
    R* operator->() const { return &**this; }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    iterator operator++(int) {
      iterator old = *this;
      ++*this;
      return old;
    }
    friend bool operator==(const iterator& a, const iterator& b) { return a.index_ == b.index_; }

   private:
    friend MapResult;
    iterator(detail::MapNode<R>* node, std::uint64_t index) : node_(node), index_(index) {}

    detail::MapNode<R>* node_ = nullptr;
    std::uint64_t index_ = 0;
  };

  MapResult(MapResult&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  MapResult& operator=(MapResult&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~MapResult() {
    if (node_) detail::release(node_);
  }

  std::uint64_t size() const noexcept { return node_ ? node_->places.size() : 0; }
  bool empty() const noexcept { return size() == 0; }

  iterator begin() { return {node_, 0}; }
  iterator end() { return {node_, size()}; }

  /// Waits for all; the results, moved out. Throws the first exception in input order.
  std::vector<R> get() && {
    std::vector<R> values;
    if (!node_) return values;
    wait_for(*node_, size());
    if constexpr (detail::fills_vector<R>)
      if (node_->places.is_vector() && node_->errors.empty()) return std::move(node_->places.vector());
    values.reserve(size());
    for (std::uint64_t i = 0; i < size(); ++i) values.push_back(std::move(node_->value(i)));
    return values;
  }
  operator std::vector<R>() && { return std::move(*this).get(); }

  /// Takes over one holder's share; null: empty. Internal.
  explicit MapResult(detail::MapNode<R>* node) noexcept : node_(node) {}

 private:
  static void wait_for(detail::MapNode<R>& node, std::uint64_t until) {
    detail::enter();
    scoop_wait(&node, until);
  }

  detail::MapNode<R>* node_;
};

/// A map of a callable that returns nothing: there is only its end to wait for.
template <>
class [[nodiscard]] MapResult<void> {
 public:
  MapResult(MapResult&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  MapResult& operator=(MapResult&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~MapResult() {
    if (node_) detail::release(node_);
  }

  /// Waits for all; throws the first exception in input order.
  void get() {
    if (!node_) return;
    detail::enter();
    scoop_wait(node_, std::numeric_limits<std::uint64_t>::max());
    node_->seen = true;
    if (!node_->errors.empty()) std::rethrow_exception(node_->errors.begin()->second);
  }

  explicit MapResult(detail::MapNode<void>* node) noexcept : node_(node) {}

 private:
  detail::MapNode<void>* node_;
};

}  // namespace scoop

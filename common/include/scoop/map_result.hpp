#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <scoop/detail/map_handle.hpp>
#include <utility>
#include <vector>

namespace scoop {

/// The results of `map`, in input order, as they come in: a range to go through once, or to take as a whole.
///
/// Shape:    as many results as the shortest input range has elements.
/// Errors:   an element whose call threw throws that exception where its result would have been; the others are there.
///           scoop::TimeoutError where Options::timeout is over and the result is not there.
/// Lifetime: move-only. Dropping it does not stop the map; its results are thrown away, and if calls threw, one of
///           their exceptions is logged.
/// Threads:  as Future.
template <class R>
class [[nodiscard]] MapResult : public detail::MapHandle<R> {
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
        detail::wait_for_results(*node_, index_ + 1);
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

  using detail::MapHandle<R>::MapHandle;

  iterator begin() { return {this->node(), 0}; }
  iterator end() { return {this->node(), this->size()}; }

  /// Waits for all; the results, moved out. Throws the first exception in input order.
  std::vector<R> get() && {
    std::vector<R> values;
    detail::MapNode<R>* const node = this->node();
    if (!node) return values;
    detail::wait_for_results(*node, this->size());
    if constexpr (detail::fills_vector<R>)
      if (node->places.is_vector() && node->errors.empty()) return std::move(node->places.vector());
    values.reserve(this->size());
    for (std::uint64_t i = 0; i < this->size(); ++i) values.push_back(std::move(node->value(i)));
    return values;
  }
  operator std::vector<R>() && { return std::move(*this).get(); }
};

/// A map of a callable that returns nothing: there is only its end to wait for.
template <>
class [[nodiscard]] MapResult<void> : public detail::MapHandle<void> {
 public:
  using MapHandle<void>::MapHandle;

  /// Waits for all; throws the first exception in input order.
  void get() {
    if (node()) detail::finish(*node());
  }
};

}  // namespace scoop

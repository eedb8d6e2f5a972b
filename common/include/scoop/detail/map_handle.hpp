#pragma once
#include <cstdint>
#include <scoop/detail/map_task.hpp>
#include <scoop/detail/worker.hpp>
#include <utility>

namespace scoop::detail {

/// One holder's share of a map's results; null: of an empty map.
template <class R>
class MapHandle {
 public:
  explicit MapHandle(MapNode<R>* node) noexcept : node_(node) {}
  MapHandle(MapHandle&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  MapHandle& operator=(MapHandle&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~MapHandle() {
    if (node_) release(node_);
  }

  std::uint64_t size() const noexcept { return node_ ? node_->places.size() : 0; }
  bool empty() const noexcept { return size() == 0; }

  /// Keeps what has not begun from running, and waits for the answers of the workers that hold it; how many elements
  /// that were. Their results throw scoop::CancelledError. What has begun goes on, and can ask scoop::cancelled().
  std::uint64_t cancel() {
    if (!node_) return 0;
    enter();
    return scoop_cancel(node_, true);
  }

 protected:
  MapNode<R>* node() const noexcept { return node_; }

 private:
  MapNode<R>* node_;
};

/// Returns when `until` results are there.
template <class R>
void wait_for_results(MapNode<R>& node, std::uint64_t until) {
  enter();
  if (!wait_with_others(node, until, node.deadline)) throw_timeout(node, in_options_time);
}

/// Returns when the map is done; throws the first exception in input order.
inline void finish(MapNode<void>& node) {
  wait_for_results(node, node.places.size());
  node.seen = true;
  if (!node.errors.empty()) std::rethrow_exception(node.errors.first());
}

}  // namespace scoop::detail

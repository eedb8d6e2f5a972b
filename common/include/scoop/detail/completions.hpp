#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <scoop/detail/waiters.hpp>
#include <scoop/detail/worker.hpp>

namespace scoop::detail {

/// Waits for many nodes at once, and gives them in the order in which they become done; constant time each.
///
/// Threads:  the worker thread only.
/// Lifetime: the nodes that are not done yet must live as long as this.
class Completions {
 public:
  explicit Completions(std::size_t most) : entries_(std::make_unique<Entry[]>(most)), count_(&type, 0, most) {}
  ~Completions() {
    for (std::size_t i = 0; i < size_; ++i)
      if (entries_[i].node) remove_waiter(*entries_[i].node, entries_[i]);
  }
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

  /// It is number size() - 1.
  void add(Node& node) {
    Entry& entry = entries_[size_++];
    entry.until = 1;
    entry.tell = &tell;
    entry.all = this;
    if (node.done) return append(entry);
    entry.node = &node;
    add_waiter(node, entry);
  }

  std::size_t size() const { return size_; }
  std::size_t taken() const { return taken_; }

  /// The number of the next one that is done; nothing when the time is over first. Not when all were taken.
  std::optional<std::size_t> next(std::int64_t deadline) {
    if (!first_ && !wait_with_others(count_, taken_ + 1, deadline)) return std::nullopt;
    return next_if_done();
  }
  std::optional<std::size_t> next_if_done() {
    if (!first_) return std::nullopt;
    ++taken_;
    Entry& entry = *first_;
    first_ = static_cast<Entry*>(entry.next);
    return static_cast<std::size_t>(&entry - entries_.get());
  }

 private:
  struct Entry : Waiter {
    Completions* all = nullptr;
    Node* node = nullptr;  // not done yet
  };

  static void tell(Waiter* waiter) {
    auto& entry = static_cast<Entry&>(*waiter);
    entry.node = nullptr;
    entry.all->append(entry);
  }
  void append(Entry& entry) {
    entry.next = nullptr;
    if (first_)
      last_->next = &entry;
    else
      first_ = &entry;
    last_ = &entry;
    ++count_.frontier;
    if (count_.waiters) scoop_wake(&count_);
  }

  static const char* name() { return "the completion of futures"; }
  /// Its frontier counts; it never runs or moves.
  static constexpr TaskType type{own_abi, 1, &name, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};

  std::unique_ptr<Entry[]> entries_;
  RangeNode count_;
  std::size_t size_ = 0;
  std::size_t taken_ = 0;
  Entry* first_ = nullptr;
  Entry* last_ = nullptr;
};

}  // namespace scoop::detail

#pragma once
#include <exception>
#include <scoop/detail/task.hpp>
#include <scoop/detail/worker.hpp>
#include <type_traits>
#include <utility>

namespace scoop {

/// The result of a task that was submitted, when it comes.
///
/// Lifetime: move-only. Dropping a future does not cancel its task: it still runs, its result is thrown away, and an
///           exception of it is logged.
/// Threads:  only the thread that runs tasks may use it, in the task that submitted it or in any other of this worker.
/// Errors:   every call throws scoop::Error on a moved-from future, or from a foreign thread.
/// Source:   PEP 3148 and SCOOP 0.7; `result() &&` and the rules of waiting are ours.
template <class R>
class [[nodiscard]] Future {
 public:
  Future() = default;
  Future(Future&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Future& operator=(Future&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Future() {
    if (node_) detail::release(node_);
  }

  /// True for all but default-constructed and moved-from futures.
  bool valid() const noexcept { return node_ != nullptr; }

  /// The result, or the exception that the task threw. Waits for it: a task still queued here runs at once, as a call;
  /// else other tasks run meanwhile on this worker. May be asked again and again.
  std::add_lvalue_reference_t<R> result() & {
    wait();
    if constexpr (!std::is_void_v<R>) return node_->value;
  }
  /// The same, moved out. The future holds a moved-from value afterwards.
  R result() && {
    wait();
    if constexpr (!std::is_void_v<R>) return std::move(node_->value);
  }

  /// Waits like result(); the exception that the task threw, or null.
  std::exception_ptr exception() {
    detail::ResultNode<R>& node = check();
    if (!node.done) detail::join(node);
    node.seen = true;
    return node.failed ? node.error : nullptr;
  }

  /// Whether the result is there. Does not wait for it, but lets the pool get on: it looks for messages, offers work to
  /// others, and runs at most one own task that nobody took for a millisecond (at once when there is one worker only).
  /// In a loop that does nothing else, a call sleeps for up to 1 ms, less if something comes.
  bool done() {
    detail::ResultNode<R>& node = check();
    return node.done || (detail::enter(), scoop_poll(&node));
  }

  /// Takes over one holder's share of the node. Internal.
  explicit Future(detail::ResultNode<R>* node) noexcept : node_(node) {}

 private:
  detail::ResultNode<R>& check() const {
    if (!node_) detail::refuse("this scoop::Future is empty: it was default-constructed or moved from");
    return *node_;
  }
  void wait() {
    detail::ResultNode<R>& node = check();
    if (!node.done) detail::join(node);
    if (node.failed) [[unlikely]] {
      node.seen = true;
      std::rethrow_exception(node.error);
    }
  }

  detail::ResultNode<R>* node_ = nullptr;
};

}  // namespace scoop

#pragma once
#include <chrono>
#include <exception>
#include <scoop/detail/done_callbacks.hpp>
#include <scoop/detail/task.hpp>
#include <scoop/detail/waiters.hpp>
#include <scoop/detail/worker.hpp>
#include <scoop/progress.hpp>
#include <type_traits>
#include <utility>

namespace scoop {

namespace detail {
struct FutureAccess {
  template <class R>
  static ResultNode<R>& node(Future<R>& future) {
    return future.check();
  }
};
}  // namespace detail

/// The result of a task that was submitted, when it comes.
///
/// Lifetime: move-only. Dropping a future does not cancel its task: it still runs, its result is thrown away, and an
///           exception of it is logged.
/// Threads:  only the thread that runs tasks may use it, in the task that submitted it or in any other of this worker.
/// Errors:   every call throws scoop::Error on a moved-from future, or from a foreign thread.
/// Timeouts: any std::chrono::duration. Zero or less: as done(), one look. When it is over, scoop::TimeoutError, and
/// the
///           future is as good as before. That is noticed when what runs on this worker gives way, so late by at most
///           the longest task. In the first millisecond the task is left to other workers, if there are any.
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
    return value();
  }
  template <class Rep, class Period>
  std::add_lvalue_reference_t<R> result(const std::chrono::duration<Rep, Period>& timeout) & {
    wait(timeout);
    return value();
  }
  /// The same, moved out. The future holds a moved-from value afterwards.
  R result() && {
    wait();
    if constexpr (!std::is_void_v<R>)
      return std::move(value());
    else
      value();
  }
  template <class Rep, class Period>
  R result(const std::chrono::duration<Rep, Period>& timeout) && {
    wait(timeout);
    if constexpr (!std::is_void_v<R>)
      return std::move(value());
    else
      value();
  }

  /// Waits like result(); the exception that the task threw, or null.
  std::exception_ptr exception() {
    wait();
    return seen_exception();
  }
  template <class Rep, class Period>
  std::exception_ptr exception(const std::chrono::duration<Rep, Period>& timeout) {
    wait(timeout);
    return seen_exception();
  }

  /// Whether the result is there. Does not wait for it, but lets the pool get on: it looks for messages, offers work to
  /// others, and runs at most one task: an own one that nobody took for a millisecond (at once when there is one worker
  /// only), or what another worker lent. In a loop that does nothing else, a call sleeps for up to 1 ms, or less.
  bool done() {
    detail::ResultNode<R>& node = check();
    return node.done || (detail::enter(), scoop_poll(&node, 1));
  }

  /// Keeps the task from running, if it has not begun, and waits for the answer of the worker that holds it. True: it
  /// has not begun and never will; result() throws scoop::CancelledError, and callbacks are called. False: it is done,
  /// or has begun (perhaps on a worker that was lost), and goes on; it can ask scoop::cancelled(). With Options::kill
  /// also a task that another worker than the origin has begun for this one is cancelled, by the end of that worker. A
  /// mapReduce_async is cancelled, and this true, if anything of it had not begun.
  bool cancel() {
    detail::ResultNode<R>& node = check();
    detail::enter();
    if (!node.done) scoop_cancel(node.type->subject ? node.type->subject(&node) : &node, true);
    return cancelled();
  }
  bool cancelled() const { return check().cancelled; }

  /// Whether the task has left this worker's queue and is not done: it runs here, or another worker has it, who may not
  /// have begun it yet. Not to be waited for: with one worker it comes true for the task itself only.
  bool running() const {
    const detail::ResultNode<R>& node = check();
    return !node.done && !detail::is_queued(detail::enter(), node);
  }

  /// How far it is: 0 or 1 of 1, but for mapReduce_async, which counts elements. Lets the pool get on, as done() does.
  Progress progress() const {
    detail::ResultNode<R>& node = check();
    if (!node.done) detail::enter(), scoop_poll(&node, 1);
    return node.type->progress ? node.type->progress(&node) : Progress{node.done ? 1u : 0u, 1};
  }

  /// Calls `f(future)`, or `f()`, when the task is done, also if it threw; at once if it is done. `future` is one of
  /// its own to the same result, so this one may be dropped before. Callbacks run on this worker, in the order in which
  /// they were added, before other tasks go on, and may submit and wait; while one waits, other tasks go on, and
  /// result() may return before its end. What one throws is logged.
  template <class F>
  void add_done_callback(F&& f) {
    static_assert(std::is_invocable_v<std::decay_t<F>&, Future&> || std::is_invocable_v<std::decay_t<F>&>,
                  "scoop: a done callback is called with a scoop::Future<R>&, or with nothing");
    detail::ResultNode<R>& node = check();
    detail::enter();
    detail::DoneCallbacks<R>::add(node, std::forward<F>(f));
  }

  /// Takes over one holder's share of the node. Internal.
  explicit Future(detail::ResultNode<R>* node) noexcept : node_(node) {}

 private:
  friend detail::FutureAccess;

  detail::ResultNode<R>& check() const {
    if (!node_) detail::refuse("this scoop::Future is empty: it was default-constructed or moved from");
    return *node_;
  }
  void wait() {
    detail::ResultNode<R>& node = check();
    if (!node.done && !detail::join_here(node)) let_libscoop_wait(node);
  }
  [[gnu::noinline]] static void let_libscoop_wait(detail::ResultNode<R>& node) {
    const std::int64_t deadline = detail::noted_deadline(node);
    if (deadline == detail::no_deadline && !node.kill) return scoop_wait(&node, 1);
    if (!scoop_wait_until(&node, 1, deadline)) detail::throw_timeout(node, detail::in_options_time);
  }
  template <class Rep, class Period>
  void wait(const std::chrono::duration<Rep, Period>& timeout) {
    detail::ResultNode<R>& node = check();
    if (node.done) return;
    detail::enter();
    if (!detail::wait_until(node, 1, detail::deadline_after(timeout)))
      detail::throw_timeout(node, detail::after(timeout));
  }
  std::add_lvalue_reference_t<R> value() {
    if (node_->failed) [[unlikely]] {
      node_->seen = true;
      std::rethrow_exception(node_->error);
    }
    if constexpr (!std::is_void_v<R>) return node_->value;
  }
  std::exception_ptr seen_exception() {
    node_->seen = true;
    return node_->failed ? node_->error : nullptr;
  }

  detail::ResultNode<R>* node_ = nullptr;
};

}  // namespace scoop

#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ranges>
#include <scoop/detail/completions.hpp>
#include <scoop/future.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace scoop {
namespace detail {

template <class T>
inline constexpr bool is_future = false;
template <class R>
inline constexpr bool is_future<Future<R>> = true;

/// Pointers into a range of futures, and what tells of their completion.
template <class F>
struct WatchedFutures {
  template <class Range>
  explicit WatchedFutures(Range& range) : futures(pointers(range)), completions(futures.size()) {
    enter();
    for (F* future : futures) completions.add(FutureAccess::node(*future));
  }

  template <class Range>
  static std::vector<F*> pointers(Range& range) {
    std::vector<F*> found;
    for (F& future : range) found.push_back(&future);
    return found;
  }

  std::vector<F*> futures;
  Completions completions;
};

}  // namespace detail

/// The futures of a range in the order in which their tasks are done, to go through once.
///
/// Errors:   scoop::TimeoutError from begin() or ++, when the time is over before the next one is done; the futures are
///           as good as before. An exception of a task comes out of its future.
/// Lifetime: move-only. Refers to the range, whose futures must stay where they are meanwhile; a container that was
///           moved in is kept.
template <class F, class Container = std::nullptr_t>
class [[nodiscard]] AsCompleted {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = F;
    using difference_type = std::ptrdiff_t;
    using pointer = F*;
    using reference = F&;

    iterator() = default;
    F& operator*() const { return *future_; }
    F* operator->() const { return future_; }
    iterator& operator++() {
      future_ = range_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) { return a.future_ == b.future_; }

   private:
    friend AsCompleted;
    explicit iterator(AsCompleted* range) : range_(range), future_(range->next()) {}

    AsCompleted* range_ = nullptr;
    F* future_ = nullptr;  // null: the end
  };

  iterator begin() { return iterator(this); }
  iterator end() { return {}; }

  /// Internal.
  template <class Range>
  AsCompleted(Range& range, std::int64_t deadline, std::string when)
      : watched_(std::make_unique<detail::WatchedFutures<F>>(range)), deadline_(deadline), when_(std::move(when)) {}
  AsCompleted(std::unique_ptr<Container> container, std::int64_t deadline, std::string when)
      : container_(std::move(container)),
        watched_(std::make_unique<detail::WatchedFutures<F>>(*container_)),
        deadline_(deadline),
        when_(std::move(when)) {}

 private:
  F* next() {
    auto& completions = watched_->completions;
    if (completions.taken() == completions.size()) return nullptr;
    const auto number = completions.next(deadline_);
    if (number) return watched_->futures[*number];
    throw TimeoutError("scoop: " + std::to_string(completions.size() - completions.taken()) + " of " +
                       std::to_string(completions.size()) + " futures are not done " + when_ +
                       "; they go on, and can be waited for again");
  }

  std::unique_ptr<Container> container_;
  std::unique_ptr<detail::WatchedFutures<F>> watched_;
  std::int64_t deadline_;
  std::string when_;
};

/// What `wait` gives: pointers into the range, each in the range's order.
template <class F>
struct Waited {
  std::vector<F*> done;
  std::vector<F*> not_done;
};

namespace futures {

/// When `wait` returns: with the first future that is done, with the first whose task threw (or with all), with all.
enum ReturnWhen { FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED };

}  // namespace futures

namespace detail {

template <class Range>
auto watch_completed(Range&& range, std::int64_t deadline, std::string when) {
  using F = std::remove_reference_t<std::ranges::range_reference_t<Range>>;
  static_assert(is_future<F>, "scoop: as_completed takes a range of scoop::Future, not of const ones");
  if constexpr (std::is_lvalue_reference_v<Range> || std::ranges::view<std::remove_cvref_t<Range>>) {
    return AsCompleted<F>(range, deadline, std::move(when));
  } else {
    return AsCompleted<F, Range>(std::make_unique<Range>(std::move(range)), deadline, std::move(when));
  }
}

template <class Range>
auto wait_for(Range& range, std::int64_t deadline, futures::ReturnWhen return_when) {
  using F = std::remove_reference_t<std::ranges::range_reference_t<Range>>;
  static_assert(is_future<F>, "scoop: wait takes a range of scoop::Future, not of const ones");
  WatchedFutures<F> watched(range);
  auto& completions = watched.completions;
  std::vector<bool> is_done(completions.size());
  const auto is_over = [&](std::size_t number) {
    return return_when == futures::FIRST_COMPLETED ||
           (return_when == futures::FIRST_EXCEPTION && FutureAccess::node(*watched.futures[number]).failed);
  };
  bool waits = true;
  while (completions.taken() < completions.size()) {
    // Those that are done already count, whatever it was waited for, and when the time is over.
    const auto number = waits ? completions.next(deadline) : completions.next_if_done();
    if (number)
      is_done[*number] = true;
    else if (!waits)
      break;
    waits = waits && number && !is_over(*number);
  }
  Waited<F> result;
  for (std::size_t i = 0; i < is_done.size(); ++i)
    (is_done[i] ? result.done : result.not_done).push_back(watched.futures[i]);
  return result;
}

}  // namespace detail

namespace futures {

/// The futures of a range (an lvalue, or a container that is moved in) in the order in which their tasks are done. The
/// timeout is for all of them together.
///
/// Source: PEP 3148 and SCOOP 0.7, `as_completed`.
template <std::ranges::input_range Range>
auto as_completed(Range&& range) {
  return detail::watch_completed(std::forward<Range>(range), detail::no_deadline, {});
}
template <std::ranges::input_range Range, class Rep, class Period>
auto as_completed(Range&& range, const std::chrono::duration<Rep, Period>& timeout) {
  return detail::watch_completed(std::forward<Range>(range), detail::deadline_after(timeout), detail::after(timeout));
}

/// Waits until enough of the range's futures are done, or the time is over, which is no error.
///
/// Source: PEP 3148 and SCOOP 0.7, `wait`.
template <std::ranges::forward_range Range>
auto wait(Range& range, ReturnWhen return_when = ALL_COMPLETED) {
  return detail::wait_for(range, detail::no_deadline, return_when);
}
template <std::ranges::forward_range Range, class Rep, class Period>
auto wait(Range& range, const std::chrono::duration<Rep, Period>& timeout, ReturnWhen return_when = ALL_COMPLETED) {
  return detail::wait_for(range, detail::deadline_after(timeout), return_when);
}

}  // namespace futures
}  // namespace scoop

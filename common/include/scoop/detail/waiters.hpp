#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <scoop/detail/abi.hpp>
#include <scoop/detail/bytes.hpp>
#include <scoop/error.hpp>
#include <scoop/options.hpp>
#include <string>
#include <utility>

namespace scoop::detail {

inline void add_waiter(Node& node, Waiter& waiter) { waiter.next = std::exchange(node.waiters, &waiter); }

/// Before it was told.
inline void remove_waiter(Node& node, Waiter& waiter) {
  Waiter** link = &node.waiters;
  while (*link != &waiter) link = &(*link)->next;
  *link = waiter.next;
}

inline constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

inline std::int64_t steady_now() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}
inline bool is_over(std::int64_t deadline) { return deadline != no_deadline && steady_now() >= deadline; }

/// The time of the steady clock after so long, in nanoseconds. What is longer than the clock lasts is no deadline; what
/// is negative, or no number, is over.
template <class Rep, class Period>
std::int64_t deadline_after(const std::chrono::duration<Rep, Period>& time) {
  const std::int64_t now = steady_now();
  const auto ns = static_cast<long double>(time.count()) * Period::num * 1e9L / Period::den;
  if (!(ns > 0)) return now;
  return ns >= static_cast<long double>(no_deadline - now) ? no_deadline : now + static_cast<std::int64_t>(ns);
}

inline std::int64_t deadline_of(const Options& options) {
  return options.timeout == std::chrono::nanoseconds::max() ? no_deadline : deadline_after(options.timeout);
}

/// The deadline that Options gave a single task: beside its waiters, so that tasks without one pay nothing for it. Also
/// where there is none, but the task must not run as a call of the one who waits for it.
struct NotedDeadline : Waiter {
  static void forget(Waiter* waiter) { delete static_cast<NotedDeadline*>(waiter); }
  std::int64_t deadline = no_deadline;
};
[[gnu::noinline, gnu::cold]] inline void note_deadline_apart(Node& node, const Options& options) {
  if (node.done) return;
  auto* const note = new NotedDeadline;
  note->until = 1;
  note->tell = &NotedDeadline::forget;
  note->deadline = deadline_of(options);
  add_waiter(node, *note);
  node.apart = true;
}
inline void note_deadline(Node& node, const Options& options) {
  if (options.timeout != std::chrono::nanoseconds::max() || options.kill) note_deadline_apart(node, options);
}
inline std::int64_t noted_deadline(const Node& node) {
  for (const Waiter* waiter = node.waiters; waiter; waiter = waiter->next) {
    if (waiter->tell == &NotedDeadline::forget) return static_cast<const NotedDeadline*>(waiter)->deadline;
  }
  return no_deadline;
}

/// Waits like scoop_wait, but no longer than that; whether it came to it.
inline bool wait_until(Node& node, std::uint64_t until, std::int64_t deadline) {
  if (deadline != no_deadline) return scoop_wait_until(&node, until, deadline);
  scoop_wait(&node, until);
  return true;
}

/// The same for one of several that share the deadline. Once it is over, only what is there counts. Where that is not
/// enough, one step, so that a program that tries again gets on; what it brings counts only then, else each of the
/// several would be given the time of one more task.
inline bool wait_with_others(RangeNode& node, std::uint64_t until, std::int64_t deadline) {
  if (!is_over(deadline)) return wait_until(node, until, deadline);
  scoop_attend();
  if (node.frontier >= until) return true;
  scoop_poll(&node, until);
  return false;
}

/// "after 5 s", of any kind of time.
template <class Rep, class Period>
std::string after(const std::chrono::duration<Rep, Period>& time) {
  char text[64];
  std::snprintf(text, sizeof text, "after %g s", static_cast<double>(time.count()) * Period::num / Period::den);
  return text;
}

/// `when`: "after 5 s".
[[noreturn, gnu::noinline, gnu::cold]] inline void throw_timeout(const Node& node, const std::string& when) {
  Writer label;
  scoop_label_task(node.type->name(), &label);
  throw TimeoutError("scoop: the result of task " + std::string(label.view()) + " is not there " + when +
                     "; the task goes on, and who has its future or map can wait for it again");
}

inline constexpr char in_options_time[] = "in the time that Options::timeout gives it";

}  // namespace scoop::detail

#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

namespace scoop {

/// Optional first argument of `submit` and the map family: `submit({.retries = 0}, f, x)`.
struct Options {
  /// From the call on. When it is over, whatever waits for a result of that call throws scoop::TimeoutError; the work
  /// goes on, and what has come can still be had. Zero or less: over at once.
  std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
  /// Elements that a worker takes at once from a map; 0 lets it measure and choose. Ignored by `submit`.
  std::uint32_t chunk_size = 0;
  /// Elements that a map over ranges without a known end has read ahead of the consumer, at most; at least 1.
  std::uint32_t window = 1000;
  /// How often a task is tried again when the worker that had it was lost; then the caller gets scoop::WorkerLost.
  /// Exceptions are never tried again. At most 255.
  std::uint8_t retries = 2;
  /// `cancel()` of a task that has begun ends the process of the worker that runs it; another takes that worker's
  /// place, and other tasks that it had run anew elsewhere. So the task is left to other workers than the one that
  /// submits it, as long as there are any. The origin is never ended. `submit` only.
  bool kill = false;
  /// Shows how far the call is under this label, if it is not empty: elements done and in all, rate, time left. On a
  /// terminal in its last row, where standard error is none in a line every 5 s; a line at the end says how it went.
  /// Nothing with `scoop-launch -q`. Read at the call. All but `submit`.
  std::string_view progress = {};
  /// How mapReduce brackets its calls depends on the number of elements only, so that sums of floating-point numbers
  /// are the same to the last bit whoever computes them: 4096 blocks at most, each from left to right, then along a
  /// binary tree. Costs little; a worker takes whole blocks.
  bool reproducible = false;
};

namespace detail {
inline constexpr Options default_options;  // one, so that calls without options need not make any
}  // namespace detail

}  // namespace scoop

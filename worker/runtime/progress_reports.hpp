#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <scoop/detail/abi.hpp>
#include "common/base/clock.hpp"
#include "common/control/map_progress.hpp"

namespace scoop {

/// Reports how far the calls of this worker are that have a progress label: when they begin, a few times a second while
/// something is done, and when they are over. What is done is counted where the runtime notices it anyhow; times come
/// from its callers, who have read the clock for other reasons.
///
/// Threads: the worker thread only.
class ProgressReports {
 public:
  using Send = std::function<void(control::MapProgress)>;

  explicit ProgressReports(Send send) : send_(std::move(send)) {}

  /// Its number, 1 and up. As scoop_begin_progress.
  std::uint64_t begin(std::string_view label, std::uint64_t total, std::uint32_t passes);
  void watch(std::uint64_t line, detail::RangeNode& node, std::uint64_t elements);
  void end(std::uint64_t line);

  /// Something of the node may be done; it has waiters.
  void count(const detail::Node& node);
  /// Something is counted that was not reported yet: `on_tick` is wanted, at the latest at `next_deadline`.
  bool is_pending() const { return next_ != never; }
  TimePoint next_deadline() const { return next_; }
  void on_tick(TimePoint now);

 private:
  struct Line {
    std::string label;
    std::uint64_t total;
    std::uint32_t passes;
    TimePoint begun;
    TimePoint next_report;
    std::uint64_t done = 0;     // elements of all passes
    std::uint32_t holders = 1;  // its caller, and the nodes it counts
    bool is_pending = false;
  };
  struct Watch;

  void send(std::uint64_t number, const Line& line, TimePoint now, bool is_over) const;
  static std::uint64_t elements_done(const Watch& watch, const detail::RangeNode& node);

  Send send_;
  std::map<std::uint64_t, Line> lines_;
  std::uint64_t last_ = 0;
  TimePoint next_ = never;
};

}  // namespace scoop

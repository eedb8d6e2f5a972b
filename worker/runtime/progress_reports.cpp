#include "worker/runtime/progress_reports.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include <scoop/detail/waiters.hpp>
#include "common/base/escaped.hpp"
#include "common/progress/progress_text.hpp"

namespace scoop {
namespace {

constexpr auto report_every = std::chrono::milliseconds(200);
constexpr std::size_t most_label_columns = 100;

}  // namespace

/// Stands in the node's list until that is done, as a noted deadline does, so that nodes without a label pay nothing.
struct ProgressReports::Watch : detail::Waiter {
  static void end(Waiter* waiter) {
    auto* const watch = static_cast<Watch*>(waiter);
    watch->reports->end(watch->line);
    delete watch;
  }
  ProgressReports* reports = nullptr;
  std::uint64_t line = 0;
  std::uint64_t indices = 0;
  std::uint64_t elements = 0;
  std::uint64_t counted = 0;  // of these
};

std::uint64_t ProgressReports::begin(std::string_view label, std::uint64_t total, std::uint32_t passes) {
  const TimePoint now = Clock::now();
  // Cut before it is escaped, too: a label may be of any length.
  auto shown = cut(escaped(cut(label, most_label_columns)), most_label_columns);
  const auto [line, is_new] = lines_.emplace(++last_, Line{std::move(shown), total, passes, now, now + report_every});
  send(line->first, line->second, now, false);
  return line->first;
}

void ProgressReports::watch(std::uint64_t line, detail::RangeNode& node, std::uint64_t elements) {
  auto* const watch = new Watch;
  watch->until = std::numeric_limits<std::uint64_t>::max();
  watch->tell = &Watch::end;
  watch->reports = this;
  watch->line = line;
  watch->indices = node.missing;
  watch->elements = elements;
  ++lines_.at(line).holders;
  detail::add_waiter(node, *watch);
}

void ProgressReports::end(std::uint64_t number) {
  const auto line = lines_.find(number);
  if (--line->second.holders > 0) return;
  send(number, line->second, Clock::now(), true);
  lines_.erase(line);
}

/// Of indices that were cancelled nothing is done.
std::uint64_t ProgressReports::elements_done(const Watch& watch, const detail::RangeNode& node) {
  const std::uint64_t done = watch.indices - node.missing - node.cancelled_elements;
  // Either each index is one element, or there are few of them: nothing overflows.
  return watch.elements / watch.indices * done + watch.elements % watch.indices * done / watch.indices;
}

void ProgressReports::count(const detail::Node& node) {
  for (detail::Waiter* waiter = node.waiters; waiter; waiter = waiter->next) {
    if (waiter->tell != &Watch::end) continue;
    auto& watch = *static_cast<Watch*>(waiter);
    Line& line = lines_.at(watch.line);
    const std::uint64_t done = elements_done(watch, static_cast<const detail::RangeNode&>(node));
    line.done += done - std::exchange(watch.counted, done);
    line.is_pending = true;
    next_ = std::min(next_, line.next_report);
  }
}

void ProgressReports::on_tick(TimePoint now) {
  if (now < next_) return;
  next_ = never;
  for (auto& [number, line] : lines_) {
    if (!line.is_pending) continue;
    if (now >= line.next_report) {
      send(number, line, now, false);
      line.is_pending = false;
      line.next_report = now + report_every;
    } else {
      next_ = std::min(next_, line.next_report);
    }
  }
}

void ProgressReports::send(std::uint64_t number, const Line& line, TimePoint now, bool is_over) const {
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(now - line.begun);
  send_({{}, number, line.label, line.done / line.passes, line.total, elapsed.count(), is_over});
}

}  // namespace scoop

#include "common/progress/progress_display.hpp"

#include <algorithm>

#include "common/progress/progress_text.hpp"

namespace scoop {
namespace {

constexpr std::size_t any_width = 1000;
constexpr std::string_view between = " | ";

}  // namespace

void ProgressDisplay::on_progress(const control::MapProgress& map, TimePoint now) {
  const Key key{map.owner, map.map};
  is_changed_ = true;
  if (map.is_over) {
    maps_.erase(key);
    return finish(map);
  }
  const auto [entry, is_new] = maps_.try_emplace(key);
  auto& known = entry->second;
  if (is_new) {
    known.begun = now - std::chrono::microseconds(map.elapsed_us);
    known.next_line = known.begun + settings_.line_every;
  }
  known.last = map;
  known.told_at = now;
}

void ProgressDisplay::finish(const control::MapProgress& map) { finished_ += ended_text(map) + "\n"; }

template <class Is>
void ProgressDisplay::drop(Is is) {
  std::erase_if(maps_, [&](const auto& entry) {
    if (!is(entry.first.first)) return false;
    is_changed_ = true;
    finish(entry.second.last);
    return true;
  });
}

void ProgressDisplay::on_lost(WorkerId owner) {
  drop([&](WorkerId id) { return id == owner; });
}
void ProgressDisplay::on_host_lost(std::uint16_t host) {
  drop([&](WorkerId id) { return id.host == host; });
}
void ProgressDisplay::on_end() {
  drop([](WorkerId) { return true; });
}

TimePoint ProgressDisplay::next_deadline() const {
  if (!finished_.empty()) return {};
  return is_changed_ ? std::min(next_, updated_at_ + settings_.draw_every) : next_;
}

std::string ProgressDisplay::update(TimePoint now, const TerminalState& terminal) {
  is_changed_ = false;
  updated_at_ = now;
  next_ = never;
  std::string written = std::exchange(finished_, {});
  if (!terminal.is_terminal) return written + hide() + lines(now);
  const auto text = terminal.is_ours ? status(now, terminal) : std::string();
  if (!maps_.empty()) next_ = std::min(next_, now + settings_.redraw_every);
  if (text.empty()) return written + hide();
  shown_on_ = terminal;
  return written + status_line(terminal, text);
}

std::string ProgressDisplay::hide() {
  if (!shown_on_) return {};
  return no_status_line(*std::exchange(shown_on_, std::nullopt));
}

/// As many of the maps as find room.
std::string ProgressDisplay::status(TimePoint now, const TerminalState& terminal) {
  std::string text;
  for (const auto& [key, map] : maps_) {
    const auto show_at = map.begun + settings_.show_after;
    if (now < show_at) {
      next_ = std::min(next_, show_at);
      continue;
    }
    if (columns_of(text) >= terminal.columns) break;
    if (!text.empty()) text += between;
    text += running_text(map.last, now - map.told_at, terminal.columns);
  }
  return cut(text, terminal.columns);
}

std::string ProgressDisplay::lines(TimePoint now) {
  std::string text;
  for (auto& [key, map] : maps_) {
    if (now >= map.next_line) {
      text += running_text(map.last, now - map.told_at, any_width) + "\n";
      map.next_line = now + settings_.line_every;
    }
    next_ = std::min(next_, map.next_line);
  }
  return text;
}

}  // namespace scoop

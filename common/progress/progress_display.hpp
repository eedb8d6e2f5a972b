#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/base/clock.hpp"
#include "common/control/map_progress.hpp"
#include "common/progress/terminal.hpp"

namespace scoop {

/// Shows how far maps are: on a terminal in a status line, elsewhere now and then in a line each. When one is over, a
/// line says how it went. Decides what is written and when; never writes, never reads a clock.
class ProgressDisplay {
 public:
  struct Settings {
    Duration line_every = std::chrono::seconds(5);            // of each map, where there is no terminal
    Duration show_after = std::chrono::milliseconds(200);     // shorter maps only have their line at the end
    Duration draw_every = std::chrono::milliseconds(100);     // while something changes
    Duration redraw_every = std::chrono::milliseconds(1000);  // for the time that is left, and for a new size
  };

  ProgressDisplay() = default;
  explicit ProgressDisplay(Settings settings) : settings_(settings) {}

  void on_progress(const control::MapProgress& map, TimePoint now);
  /// Nothing comes any more from this worker, from any of this host, from anybody.
  void on_lost(WorkerId owner);
  void on_host_lost(std::uint16_t host);
  void on_end();

  /// What is to be written, when `next_deadline` is reached. In one write.
  std::string update(TimePoint now, const TerminalState& terminal);
  TimePoint next_deadline() const;
  /// Takes the status line away until the next update: what is to be written for that, perhaps nothing.
  std::string hide();
  bool has_status_line() const { return shown_on_.has_value(); }

 private:
  using Key = std::pair<WorkerId, std::uint64_t>;
  struct Map {
    control::MapProgress last;
    TimePoint told_at;
    TimePoint begun;
    TimePoint next_line;
  };
  using Maps = std::map<Key, Map>;  // the origin's first, and the older ones of each

  template <class Is>
  void drop(Is is);
  void finish(const control::MapProgress& map);
  std::string status(TimePoint now, const TerminalState& terminal);
  std::string lines(TimePoint now);

  Settings settings_{};
  Maps maps_;
  std::string finished_;  // lines
  std::optional<TerminalState> shown_on_;
  bool is_changed_ = false;
  TimePoint updated_at_{};
  TimePoint next_ = never;
};

}  // namespace scoop

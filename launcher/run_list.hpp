#pragma once
#include <string>
#include <vector>

#include "launcher/run_record.hpp"

namespace scoop {

/// A run as `scoop-launch runs` shows it.
struct ListedRun {
  std::string id;
  RunRecord record;
  bool is_alive = false;
};

/// A line each, in columns: ID, when it began (local time), how long it took, how it ended, workers and hosts, command.
std::string list_lines(const std::vector<ListedRun>& runs);

/// "0.35 s", "12.0 s", "3 min 05 s", "2 h 00 min", "3 d 04 h"
std::string duration_text(std::chrono::microseconds duration);

}  // namespace scoop

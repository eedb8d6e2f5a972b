#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/control/map_progress.hpp"

/// Progress in words. Width is counted in characters of UTF-8, each taken for one column; a byte that belongs to none
/// is one.
namespace scoop {

std::size_t columns_of(std::string_view text);
/// The whole text, or its beginning and "...", in no more than so many columns.
std::string cut(std::string_view text, std::size_t columns);

/// "3.4/s", "12k/s", "1.5/min"
std::string rate_text(double per_second);
/// "7 s", "2 min 10 s", "3 h 5 min", "2 d 4 h"
std::string duration_text(std::chrono::seconds time);

/// "label 12/100, 3.4/s, 26 s left" of a map that goes on, `since` its owner told that; in so many columns the label is
/// cut first.
std::string running_text(const control::MapProgress& map, Duration since, std::size_t columns);
/// "label 100/100, 3.4/s, 29 s" of one that goes on no more.
std::string ended_text(const control::MapProgress& map);

}  // namespace scoop

#pragma once
#include <chrono>

namespace scoop {

/// The one clock of all deadlines. Decision code never reads it: its caller passes the time in.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

/// No deadline: later than every time that can come.
inline constexpr TimePoint never = TimePoint::max();

}  // namespace scoop

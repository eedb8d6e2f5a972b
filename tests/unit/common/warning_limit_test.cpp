#include "common/base/warning_limit.hpp"

#include <doctest/doctest.h>

namespace scoop {
namespace {

using namespace std::chrono_literals;

TEST_CASE("WarningLimit reports the first at once and the others once an interval, none forgotten") {
  WarningLimit limit(1s);
  const TimePoint start{};
  CHECK(limit.on_event(start) == 1);
  CHECK(limit.on_event(start) == 0);
  CHECK(limit.on_event(start + 999ms) == 0);
  CHECK(limit.on_event(start + 1s) == 3);
  CHECK(limit.on_event(start + 1500ms) == 0);
  CHECK(limit.on_event(start + 1h) == 2);
}

}  // namespace
}  // namespace scoop

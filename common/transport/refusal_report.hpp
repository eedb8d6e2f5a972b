#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/transport/admissions.hpp"

namespace scoop {

/// Says for the log, now and then, who was refused. Not at once: where a run ends, connections of its own break off.
class RefusalReport {
 public:
  /// One sentence where there is news and it is time for it. To be asked again and again.
  std::optional<std::string> take(const RefusedPeers& refused, TimePoint now);

 private:
  std::uint64_t reported_ = 0;
  TimePoint due_ = never;  // where there is news
  TimePoint not_before_ = TimePoint::min();
};

}  // namespace scoop

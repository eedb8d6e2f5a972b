#pragma once
#include <utility>

#include "common/base/log.hpp"
#include "common/control/messages.hpp"

namespace scoop::control {

/// A log line on its way to the launcher.
inline Log to_message(LogRecord record) {
  const auto since_1970 = std::chrono::duration_cast<std::chrono::microseconds>(record.time.time_since_epoch());
  return {since_1970.count(), static_cast<int>(record.level), std::move(record.name), std::move(record.text)};
}

}  // namespace scoop::control

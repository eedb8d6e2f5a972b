#pragma once
#include <string>

#include "broker/broker.hpp"
#include "common/base/log.hpp"

namespace scoop {

/// What the log says of an event of the broker's, and how loudly.
struct EventText {
  LogLevel level;
  std::string text;
};

EventText to_text(const BrokerEvent& event);

}  // namespace scoop

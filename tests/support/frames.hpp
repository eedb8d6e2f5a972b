#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/protocol/codec.hpp"

namespace scoop::test {

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
inline std::string text_of(const Frame& frame) { return {frame.head.begin(), frame.head.end()}; }

/// Of a broker's or a worker's endpoint; nothing if none comes.
template <class Endpoint>
auto next_frame(Endpoint& endpoint, Duration limit = std::chrono::seconds(20)) {
  const TimePoint end = Clock::now() + limit;
  for (;;) {
    auto frame = endpoint.receive();
    if (frame || Clock::now() >= end) return frame;
    endpoint.wait({}, end);
  }
}

}  // namespace scoop::test

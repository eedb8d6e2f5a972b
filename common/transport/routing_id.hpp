#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "common/protocol/ids.hpp"

namespace scoop {

/// A worker's name on the broker's ROUTER. Not the bare number: ids that begin with a zero byte are ZeroMQ's own.
inline std::string to_routing_id(WorkerId worker) {
  std::string id(9, 'w');
  for (int i = 0; i < 8; ++i) id[8 - i] = static_cast<char>(worker.packed() >> 8 * i & 0xff);
  return id;
}

/// Nothing for ids that were not made by to_routing_id, and for the broker's.
inline std::optional<WorkerId> parse_routing_id(std::string_view id) {
  if (id.size() != 9 || id[0] != 'w') return std::nullopt;
  std::uint64_t packed = 0;
  for (char c : id.substr(1)) packed = packed << 8 | static_cast<unsigned char>(c);
  const WorkerId worker = WorkerId::unpack(packed);
  if (worker.life == 0) return std::nullopt;
  return worker;
}

}  // namespace scoop

#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace scoop {

/// One life of one process. The daemon issues it (host, slot on the host, life of the slot) and never uses it again.
struct WorkerId {
  std::uint16_t host = 0;
  std::uint16_t slot = 0;
  std::uint32_t life = 0;  // 1 and up; 0 names no worker

  auto operator<=>(const WorkerId&) const = default;
  constexpr std::uint64_t packed() const {
    return std::uint64_t{host} << 48 | std::uint64_t{slot} << 32 | std::uint64_t{life};
  }
  static constexpr WorkerId unpack(std::uint64_t bits) {
    return {static_cast<std::uint16_t>(bits >> 48), static_cast<std::uint16_t>(bits >> 32),
            static_cast<std::uint32_t>(bits)};
  }
};

/// Nobody; also the broker's place in `from` and `to`.
inline constexpr WorkerId broker_id{};

/// `h0.s3.1`: host 0, slot 3, first life. The same in every log line.
inline std::string to_string(WorkerId id) {
  if (id == broker_id) return "broker";
  return "h" + std::to_string(id.host) + ".s" + std::to_string(id.slot) + "." + std::to_string(id.life);
}

/// One lending of one piece of work: counts up in its owner, so it is unique there and never used again.
using Attempt = std::uint64_t;

/// The half-open index interval [lo, hi) of a task; a single task is [0, 1).
struct Interval {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  auto operator<=>(const Interval&) const = default;
  std::uint64_t size() const { return hi - lo; }
  std::uint64_t middle() const { return lo + size() / 2; }
};

}  // namespace scoop

template <>
struct std::hash<scoop::WorkerId> {
  std::size_t operator()(scoop::WorkerId id) const noexcept {
    return std::hash<std::uint64_t>{}(id.packed() * 0x9e3779b97f4a7c15u);
  }
};

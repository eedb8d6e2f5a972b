#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "tests/simulation/random.hpp"

namespace scoop::simulation {

/// Nodes by number: the broker is 0, the origin 1, the other workers follow.
struct Fault {
  enum class Kind { crash, freeze, cut };
  Kind kind;
  Duration at;
  std::size_t node;
  std::size_t other = 0;  // cut: the other end
  Duration length{};      // freeze, cut
};

/// From then on nothing gets directly from one worker to the other, of another host.
struct Block {
  std::size_t from, to;
  Duration begin, end;
};

/// The worker begins late, or is to leave.
struct Move {
  std::size_t node;
  Duration at;
};

struct Scenario {
  std::string kind;
  std::size_t workers = 5;
  std::size_t tasks = 200;
  Duration delay_min = std::chrono::microseconds(20);
  Duration delay_max = std::chrono::microseconds(150);
  double loss = 0;         // of all frames
  bool two_hosts = false;  // workers of even and of odd numbers
  std::vector<Fault> faults;
  std::vector<Block> blocks;
  std::vector<Move> late;    // the others begin at once
  std::vector<Move> drains;  // not of the origin

  /// Nothing disturbs it, so that nobody has to wait for a timer of the link.
  bool is_clean() const { return is_undisturbed() && blocks.empty(); }
  bool is_clean_but_for_blocks() const { return is_undisturbed() && !blocks.empty(); }
  bool is_undisturbed() const { return loss == 0 && faults.empty(); }
};

/// Silence after which the broker gives a worker up, in all scenarios.
inline constexpr Duration lost_after = std::chrono::seconds(5);

Scenario make_scenario(std::size_t workers, std::size_t tasks, Random& random);

}  // namespace scoop::simulation

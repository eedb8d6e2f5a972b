#pragma once
#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "common/protocol/message.hpp"
#include "tests/simulation/random.hpp"
#include "tests/simulation/scenario.hpp"

namespace scoop::simulation {

/// When a frame arrives, if it does: order within a pair is kept, between pairs it is not.
class Network {
 public:
  Network(const Scenario& scenario, Random& random)
      : scenario_(scenario),
        random_(random),
        nodes_(scenario.workers + 1),
        last_(nodes_ * nodes_),
        cut_until_(nodes_ * nodes_) {}

  /// `never`: lost.
  TimePoint arrival(std::size_t from, std::size_t to, TimePoint now) {
    if (now < cut_until_[from * nodes_ + to] || random_.chance(scenario_.loss)) return never;
    auto at = now + random_.between(scenario_.delay_min, scenario_.delay_max);
    auto& last = last_[from * nodes_ + to];
    return last = at > last ? at : last;
  }
  bool is_blocked(std::size_t from, std::size_t to, Duration passed) const {
    return std::ranges::any_of(scenario_.blocks, [&](const Block& block) {
      return block.from == from && block.to == to && passed >= block.begin && passed < block.end;
    });
  }
  void cut(std::size_t a, std::size_t b, TimePoint until) {
    for (auto* end : {&cut_until_[a * nodes_ + b], &cut_until_[b * nodes_ + a]}) *end = std::max(*end, until);
  }

 private:
  const Scenario& scenario_;
  Random& random_;
  std::size_t nodes_;
  std::vector<TimePoint> last_, cut_until_;
};

}  // namespace scoop::simulation

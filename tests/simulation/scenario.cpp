#include "tests/simulation/scenario.hpp"

namespace scoop::simulation {

namespace {

using namespace std::chrono_literals;

/// Most runs are over after some milliseconds, some later.
Duration moment(Random& random) { return random.magnitude(1ms, 1s); }

std::size_t a_worker(const Scenario& scenario, Random& random, double origin = 0.1) {
  return random.chance(origin) ? 1 : 2 + random.below(scenario.workers - 1);
}

void add_crashes(Scenario& scenario, Random& random) {
  for (auto count = 1 + random.below(3); count > 0; --count)
    scenario.faults.push_back({Fault::Kind::crash, moment(random), a_worker(scenario, random)});
}

void add_cuts(Scenario& scenario, Random& random) {
  for (auto count = 1 + random.below(4); count > 0; --count) {
    auto node = 1 + random.below(scenario.workers), other = random.below(scenario.workers + 1);
    if (node == other) continue;
    scenario.faults.push_back({Fault::Kind::cut, moment(random), node, other, random.magnitude(1ms, lost_after / 3)});
  }
}

void add_short_freezes(Scenario& scenario, Random& random) {
  for (auto count = 1 + random.below(3); count > 0; --count)
    scenario.faults.push_back({Fault::Kind::freeze, moment(random), random.below(scenario.workers + 1), 0,
                               random.magnitude(1ms, lost_after / 3)});
}

/// Some from the start and for ever, as by a firewall; others in the middle.
void add_blocks(Scenario& scenario, Random& random) {
  for (std::size_t from = 1; from <= scenario.workers; ++from) {
    for (std::size_t to = 1; to <= scenario.workers; ++to) {
      if (from % 2 == to % 2 || random.chance(0.5)) continue;
      const Duration begin = random.chance(0.5) ? Duration::zero() : moment(random);
      const Duration end = random.chance(0.7) ? Duration::max() : begin + random.magnitude(1ms, lost_after);
      scenario.blocks.push_back({from, to, begin, end});
    }
  }
}

/// Any time: before it has joined, while it joins, when all is done; all but the origin, or one.
void add_moves(Scenario& scenario, Random& random) {
  for (std::size_t node = 2; node <= scenario.workers; ++node) {
    if (random.chance(0.4)) scenario.late.push_back({node, moment(random)});
    if (random.chance(0.5)) scenario.drains.push_back({node, moment(random)});
  }
}

}  // namespace

Scenario make_scenario(std::size_t workers, std::size_t tasks, Random& random) {
  Scenario scenario;
  scenario.workers = workers;
  scenario.tasks = tasks;
  scenario.two_hosts = random.chance(0.5);
  if (random.chance(0.2)) scenario.delay_max = random.magnitude(200us, 30ms);
  auto lose = [&] { scenario.loss = random.chance(0.5) ? 0.01 : 0.1; };
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      scenario.kind = "clean";
      break;
    case 4:
    case 5:
      scenario.kind = "lossy", lose();
      break;
    case 6:
    case 7:
      scenario.kind = "crashes", add_crashes(scenario, random);
      break;
    case 8:
      scenario.kind = "cuts and short freezes";
      add_cuts(scenario, random), add_short_freezes(scenario, random);
      break;
    case 9:
      scenario.kind = "frozen broker";
      scenario.faults.push_back(
          {Fault::Kind::freeze, moment(random), 0, 0, random.between(lost_after, 4 * lost_after)});
      break;
    case 10:
      scenario.kind = "worker frozen for too long";
      scenario.faults.push_back({Fault::Kind::freeze, moment(random), a_worker(scenario, random), 0, 2 * lost_after});
      break;
    default:
      scenario.kind = "everything";
      lose(), add_crashes(scenario, random), add_cuts(scenario, random), add_short_freezes(scenario, random);
      break;
  }
  if (scenario.two_hosts && random.chance(0.3)) {
    scenario.kind += ", blocked";
    add_blocks(scenario, random);
  }
  if (random.chance(0.3)) {
    scenario.kind += ", moves";
    add_moves(scenario, random);
  }
  return scenario;
}

}  // namespace scoop::simulation

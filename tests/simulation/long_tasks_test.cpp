// One long task among many short ones must not hold them up.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/simulation/pool.hpp"

using namespace scoop;
using namespace scoop::simulation;
using namespace std::chrono_literals;

namespace {

constexpr auto long_time = 500ms;
constexpr auto short_time = 5ms;
constexpr std::uint32_t shorts = 100;
constexpr Duration optimum = (long_time + shorts * short_time) / 2;
constexpr Duration listed = (long_time + shorts * short_time + long_time) / 2;  // what list scheduling guarantees

/// main submits them all, and asks for the results, the oldest first.
Program with_long_task_at(std::uint32_t place) {
  Program program;
  program.tasks.resize(shorts + 2);
  auto& main = program.tasks[0].steps;
  for (std::uint32_t task = 1; task <= shorts + 1; ++task) {
    program.tasks[task].retries = 2;
    program.tasks[task].steps = {{Step::Kind::compute, task == place + 1 ? Duration(long_time) : short_time}};
    main.push_back({Step::Kind::submit, {}, task});
  }
  for (std::uint32_t task = 1; task <= shorts + 1; ++task) main.push_back({Step::Kind::wait, {}, task});
  give_values(program);
  return program;
}

Duration longest_run(std::uint32_t place) {
  Duration longest{};
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    Scenario scenario;
    scenario.kind = "clean";
    scenario.workers = 2;
    const auto outcome = Pool(scenario, with_long_task_at(place), random, nullptr).run();
    REQUIRE(outcome.end == "done");
    longest = std::max(longest, outcome.main_took);
  }
  return longest;
}

}  // namespace

TEST_CASE("A long task that is submitted first costs no more than a tenth above the optimum") {
  CHECK(longest_run(0) <= optimum + optimum / 10);
}

TEST_CASE("A long task that is submitted in the middle or last holds the others up no more than any list schedule") {
  CHECK(longest_run(shorts / 2) <= listed + listed / 20);
  CHECK(longest_run(shorts) <= listed + listed / 20);
}

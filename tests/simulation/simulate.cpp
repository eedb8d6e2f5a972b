// Runs simulated pools by seed, and says which seed broke what.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <string>

#include "tests/simulation/pool.hpp"
#include "tests/simulation/violation.hpp"

namespace {

using namespace scoop::simulation;

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t seeds = 2000;
  std::size_t workers = 5;
  std::size_t tasks = 200;
  bool trace = false;
  bool all = false;  // go on after a failure
};

int usage(const char* program) {
  std::fprintf(stderr,
               "usage: %s [--seeds N] [--first N] [--workers N] [--tasks N] [--all]\n"
               "       %s --seed N [--trace] [--workers N] [--tasks N]\n",
               program, program);
  return 2;
}

bool parse(int argc, char** argv, Arguments& arguments) {
  for (int i = 1; i < argc; ++i) {
    std::string option = argv[i];
    if (option == "--trace" || option == "--all") {
      (option == "--trace" ? arguments.trace : arguments.all) = true;
      continue;
    }
    if (i + 1 == argc) return false;
    char* end = nullptr;
    auto value = std::strtoull(argv[++i], &end, 10);
    if (*end != '\0' || end == argv[i]) return false;
    if (option == "--seed")
      arguments.first = value, arguments.seeds = 1;
    else if (option == "--seeds")
      arguments.seeds = value;
    else if (option == "--first")
      arguments.first = value;
    else if (option == "--workers" && value >= 2)
      arguments.workers = value;
    else if (option == "--tasks" && value >= 1)
      arguments.tasks = value;
    else
      return false;
  }
  return true;
}

struct Totals {
  std::map<std::string, std::uint64_t> ends;
  std::uint64_t frames = 0, events = 0, tasks = 0, executors = 0, failures = 0;
};

void run_one(std::uint64_t seed, const Arguments& arguments, const char* program, Totals& totals) {
  Random random(seed);
  auto scenario = make_scenario(arguments.workers, arguments.tasks, random);
  try {
    auto outcome =
        Pool(scenario, make_program(scenario.tasks, random), random, arguments.trace ? &std::cout : nullptr).run();
    ++totals.ends[scenario.kind + ": " + outcome.end];
    totals.frames += outcome.frames;
    totals.events += outcome.events;
    totals.tasks += outcome.tasks_run;
    totals.executors += outcome.executors;
  } catch (const Violation& violation) {
    ++totals.failures;
    std::cout << std::flush;
    std::fprintf(stderr, "seed %llu (%s) failed: %s\n  replay: %s --seed %llu --workers %zu --tasks %zu --trace\n",
                 static_cast<unsigned long long>(seed), scenario.kind.c_str(), violation.what(), program,
                 static_cast<unsigned long long>(seed), arguments.workers, arguments.tasks);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!parse(argc, argv, arguments)) return usage(argv[0]);
  Totals totals;
  auto begin = std::clock();
  for (std::uint64_t i = 0; i < arguments.seeds && (totals.failures == 0 || arguments.all); ++i)
    run_one(arguments.first + i, arguments, argv[0], totals);
  auto seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;

  for (const auto& [end, count] : totals.ends)
    std::printf("%8llu  %s\n", static_cast<unsigned long long>(count), end.c_str());
  auto pools = static_cast<double>(arguments.seeds);
  std::printf(
      "%.0f pools of %zu workers in %.2f s of processor time: %.0f a second; a pool: %.0f tasks on %.1f workers, %.0f "
      "frames, %.0f "
      "events\n",
      pools, arguments.workers, seconds, pools / seconds, static_cast<double>(totals.tasks) / pools,
      static_cast<double>(totals.executors) / pools, static_cast<double>(totals.frames) / pools,
      static_cast<double>(totals.events) / pools);
  return totals.failures == 0 ? 0 : 1;
}

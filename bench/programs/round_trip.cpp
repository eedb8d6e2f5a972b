// round_trip [COUNT]: one task at a time, run by the other worker, while this one asks done() in a loop.
#include <cstdio>
#include <cstdlib>
#include <scoop/scoop.hpp>
#include <vector>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

bool runs_elsewhere(long) { return !scoop::is_origin(); }

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? static_cast<std::size_t>(std::atol(argv[1])) : 2000;
  bench::wait_for_all_workers();
  std::vector<double> microseconds;
  std::size_t here = 0;
  for (long i = 0; microseconds.size() < count; ++i) {
    const double begin = bench::seconds_now();
    auto result = futures::submit(runs_elsewhere, i);
    while (!result.done()) {
    }
    const double took = bench::seconds_now() - begin;
    if (result.result())
      microseconds.push_back(took * 1e6);
    else if (++here > 10 * count)
      break;
  }
  if (microseconds.size() < count) {
    std::fprintf(stderr, "of %zu tasks only %zu ran on the other worker\n", here + count, microseconds.size());
    return 1;
  }
  bench::report("round_trip", bench::median(microseconds), "us");
  bench::report("ran_here", 100.0 * static_cast<double>(here) / static_cast<double>(here + count), "%");
}

// vectors [COUNT]: 4 MiB of doubles to the other worker and back, one vector at a time.
#include <cstdio>
#include <cstdlib>
#include <scoop/scoop.hpp>
#include <utility>
#include <vector>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

constexpr std::size_t elements = (4u << 20) / sizeof(double);

std::vector<double> mark(std::vector<double> values) {
  values.front() = scoop::is_origin() ? 0 : 1;
  return values;
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 100;
  bench::wait_for_all_workers();
  std::vector<double> values(elements, 1.5);
  double seconds = 0;
  int away = 0;
  int here = 0;
  while (away < count && here < 10 * count) {
    const double begin = bench::seconds_now();
    auto result = futures::submit(mark, std::move(values));
    while (!result.done()) {
    }
    values = std::move(result).result();
    const double took = bench::seconds_now() - begin;
    if (values.front() == 0) {
      ++here;
    } else {
      seconds += took;
      ++away;
    }
  }
  if (away < count || values.size() != elements || values.back() != 1.5) {
    std::fprintf(stderr, "%d of %d vectors went to the other worker\n", away, away + here);
    return 1;
  }
  bench::report("both_ways", 2.0 * elements * sizeof(double) * away / seconds / 1e6, "MB/s");
  bench::report("ran_here", 100.0 * here / (here + away), "%");
}

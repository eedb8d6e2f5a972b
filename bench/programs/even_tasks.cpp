// even_tasks COUNT STEPS: tasks of equal work, submitted at once.
#include <cstdint>
#include <cstdlib>
#include <scoop/futures.hpp>
#include <vector>

#include "bench/arithmetic.hpp"
#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 200;
  const std::uint64_t steps = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000'000;
  bench::wait_for_all_workers();
  const double seconds = bench::seconds_of([&] {
    std::vector<scoop::Future<std::uint64_t>> results;
    for (int i = 0; i < count; ++i) results.push_back(futures::submit(bench::arithmetic, steps));
    for (auto& result : results) bench::keep(result.result());
  });
  bench::report("tasks", seconds, "s");
}

// long_tasks first|middle|last STEPS: one long task among 100 short ones, all submitted from one worker in this order;
// the long one is as long as 100 short ones, which take STEPS each.
#include <cstdint>
#include <cstdlib>
#include <scoop/futures.hpp>
#include <string_view>
#include <vector>

#include "bench/arithmetic.hpp"
#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

int main(int argc, char** argv) {
  constexpr int short_tasks = 100;
  if (argc != 3) return 2;
  const std::string_view place = argv[1];
  const std::uint64_t steps = std::strtoull(argv[2], nullptr, 10);
  const int before = place == "first" ? 0 : place == "middle" ? short_tasks / 2 : short_tasks;
  bench::wait_for_all_workers();
  const double seconds = bench::seconds_of([&] {
    std::vector<scoop::Future<std::uint64_t>> results;
    for (int i = 0; i <= short_tasks; ++i)
      results.push_back(futures::submit(bench::arithmetic, i == before ? short_tasks * steps : steps));
    for (auto& result : results) bench::keep(result.result());
  });
  bench::report("tasks", seconds, "s");
}

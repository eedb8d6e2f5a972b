// map_reduce: a million pairs, multiplied and summed.
#include <ranges>
#include <scoop/futures.hpp>
#include <vector>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

long product(int x, int y) { return static_cast<long>(x) * y; }
long sum(long x, long y) { return x + y; }

int main() {
  bench::wait_for_all_workers();
  auto a = std::views::iota(0, 1'000'000), b = std::views::iota(1, 1'000'001);
  std::vector<double> milliseconds;
  bool right = true;
  for (int i = 0; i < 11; ++i) {
    long total = 0;
    milliseconds.push_back(1e3 * bench::seconds_of([&] { total = futures::mapReduce(product, sum, a, b); }));
    right = right && total == 333'333'333'333'000'000;
  }
  bench::report("map_reduce", bench::median(milliseconds), "ms");
  bench::report("first_map_reduce", milliseconds.front(), "ms");
  return right ? 0 : 1;
}

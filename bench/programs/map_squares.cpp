// map_squares: a million small elements, results collected.
#include <numeric>
#include <ranges>
#include <scoop/futures.hpp>
#include <vector>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

long square(int x) { return static_cast<long>(x) * x; }

int main() {
  bench::wait_for_all_workers();
  std::vector<double> milliseconds;
  bool right = true;
  for (int i = 0; i < 11; ++i) {
    std::vector<long> squares;
    milliseconds.push_back(1e3 *
                           bench::seconds_of([&] { squares = futures::map(square, std::views::iota(0, 1'000'000)); }));
    right = right && std::accumulate(squares.begin(), squares.end(), 0L) == 333'332'833'333'500'000;
  }
  bench::report("map", bench::median(milliseconds), "ms");
  bench::report("first_map", milliseconds.front(), "ms");
  return right ? 0 : 1;
}

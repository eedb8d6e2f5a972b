// loops map|reduce: what map_squares and map_reduce do, as plain loops.
#include <cstring>
#include <numeric>
#include <vector>

#include "bench/stopwatch.hpp"

namespace {

long square(int x) { return static_cast<long>(x) * x; }
long product(int x, int y) { return static_cast<long>(x) * y; }

constexpr int count = 1'000'000;

std::vector<long> squares() {
  std::vector<long> values;
  values.reserve(count);
  for (int i = 0; i < count; ++i) values.push_back(square(i));
  return values;
}

long sum_of_products() {
  long total = 0;
  for (int i = 0; i < count; ++i) {
    total += product(i, i + 1);
    asm volatile("" : "+r"(total));  // else the compiler finds the formula
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const bool reduce = argc > 1 && std::strcmp(argv[1], "reduce") == 0;
  std::vector<double> milliseconds;
  for (int i = 0; i < 11; ++i) {
    std::vector<long> values;
    milliseconds.push_back(1e3 * bench::seconds_of([&] {
                             if (reduce)
                               bench::keep(sum_of_products());
                             else
                               values = squares();
                           }));
    bench::keep(std::accumulate(values.begin(), values.end(), 0L));
  }
  bench::report("loop", bench::median(milliseconds), "ms");
  bench::report("first_loop", milliseconds.front(), "ms");
}

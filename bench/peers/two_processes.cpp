// two_processes COUNT STEPS: what even_tasks does, by two forked processes, half for each.
// two_processes calibrate SECONDS: how many steps take so long.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "bench/arithmetic.hpp"
#include "bench/peers/child.hpp"
#include "bench/stopwatch.hpp"

namespace {

void calibrate(double seconds) {
  constexpr std::uint64_t steps = 2'000'000;
  double best = 1e9;
  for (int i = 0; i < 50; ++i) best = std::min(best, bench::seconds_of([] { bench::keep(bench::arithmetic(steps)); }));
  bench::report("steps", static_cast<double>(steps) * seconds / best, "steps");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  if (std::strcmp(argv[1], "calibrate") == 0) {
    calibrate(std::atof(argv[2]));
    return 0;
  }
  const int count = std::atoi(argv[1]);
  const std::uint64_t steps = std::strtoull(argv[2], nullptr, 10);
  const auto half = [&] {
    for (int i = 0; i < count / 2; ++i) bench::keep(bench::arithmetic(steps));
  };
  const double seconds = bench::seconds_of([&] {
    bench::Child first(half);
    bench::Child second(half);
    first.wait();
    second.wait();
  });
  bench::report("two_processes", seconds, "s");
}

// tbb_nested [N]: what nested does, with oneTBB's task_group on one thread.
#include <tbb/global_control.h>
#include <tbb/task_group.h>

#include <cstdlib>
#include <vector>

#include "bench/stopwatch.hpp"

namespace {

long fibonacci(int n) {
  if (n < 2) return n;
  long left = 0;
  long right = 0;
  tbb::task_group group;
  group.run([&left, n] { left = fibonacci(n - 1); });
  group.run([&right, n] { right = fibonacci(n - 2); });
  group.wait();
  return left + right;
}

}  // namespace

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 28;
  const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
  bench::keep(fibonacci(n - 5));
  std::vector<double> seconds;
  long result = 0;
  for (int i = 0; i < 5; ++i) seconds.push_back(bench::seconds_of([&] { result = fibonacci(n); }));
  const double tasks = 2.0 * static_cast<double>(fibonacci(n + 1)) - 2;
  bench::report("spawn_and_wait", bench::median(seconds) / tasks * 1e9, "ns");
  return result > 0 ? 0 : 1;
}

// nested [N]: two tasks for every number, spawned and joined in one worker, while the other is inside a long task.
#include <cstdlib>
#include <scoop/futures.hpp>
#include <vector>

#include "bench/programs/busy_worker.hpp"
namespace futures = scoop::futures;

long fibonacci(int n) {
  if (n < 2) return n;
  auto left = futures::submit(fibonacci, n - 1);
  auto right = futures::submit(fibonacci, n - 2);
  return left.result() + right.result();
}

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 28;
  bench::BusyWorker other;
  bench::keep(fibonacci(n - 5));
  std::vector<double> seconds;
  long result = 0;
  for (int i = 0; i < 5; ++i) seconds.push_back(bench::seconds_of([&] { result = fibonacci(n); }));
  other.release();
  const double tasks = 2.0 * static_cast<double>(fibonacci(n + 1)) - 2;
  bench::report("spawn_and_result", bench::median(seconds) / tasks * 1e9, "ns");
  return result > 0 ? 0 : 1;
}

// fibonacci N: how long it takes, however many workers there are.
#include <cstdlib>
#include <scoop/futures.hpp>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

long fibonacci(int n) {
  if (n < 2) return n;
  auto left = futures::submit(fibonacci, n - 1);
  auto right = futures::submit(fibonacci, n - 2);
  return left.result() + right.result();
}

int main(int argc, char** argv) {
  const int n = argc > 1 ? std::atoi(argv[1]) : 40;
  bench::wait_for_all_workers();
  bench::report("fibonacci", bench::seconds_of([n] { bench::keep(fibonacci(n)); }), "s");
}

// live_futures [COUNT]: the memory of futures whose tasks wait in the queue, with the vector that holds them.
#include <cstdlib>
#include <scoop/futures.hpp>
#include <vector>

#include "bench/memory.hpp"
#include "bench/programs/busy_worker.hpp"
namespace futures = scoop::futures;

int same(int x) { return x; }

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  bench::BusyWorker other;
  const double before = bench::resident_bytes();
  std::vector<scoop::Future<int>> results;
  results.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) results.push_back(futures::submit(same, i));
  const double after = bench::resident_bytes();
  bool right = true;
  for (int i = 0; i < count; ++i) right = right && results[static_cast<std::size_t>(i)].result() == i;
  other.release();
  bench::report("futures", (after - before) / 1e6, "MB");
  return right ? 0 : 1;
}

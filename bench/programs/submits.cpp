// submits [COUNT]: separate small tasks, submitted first, then asked for their results, oldest first.
#include <cstdlib>
#include <scoop/futures.hpp>
#include <vector>

#include "bench/programs/all_workers.hpp"
#include "bench/stopwatch.hpp"
namespace futures = scoop::futures;

long square(int x) { return static_cast<long>(x) * x; }

long sum_of_squares(int count) {
  std::vector<scoop::Future<long>> results;
  for (int i = 0; i < count; ++i) results.push_back(futures::submit(square, i));
  long total = 0;
  for (auto& result : results) total += result.result();
  return total;
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  long expected = 0;
  for (int i = 0; i < count; ++i) expected += square(i);
  bench::wait_for_all_workers();
  std::vector<double> rates;
  bool right = true;
  for (int i = 0; i < 5; ++i) {
    long total = 0;
    rates.push_back(count / bench::seconds_of([&] { total = sum_of_squares(count); }) / 1e3);
    right = right && total == expected;
  }
  bench::report("submit_and_result", bench::median(rates), "k/s");
  bench::report("first_time", rates.front(), "k/s");
  return right ? 0 : 1;
}

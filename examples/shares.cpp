// The sums of mapreduce.cpp, with products that take a while, and an account of who computed how many of them.
#include <scoop/futures.hpp>
#include <scoop/scoop.hpp>

#include <cstdio>
#include <map>
#include <ranges>
#include <string>
namespace futures = scoop::futures;

struct Tally {
  int sum = 0;
  std::map<std::string, int> products;  // by worker
};

/// About two milliseconds of work, as a real program would have.
Tally slow_product(int x, int y) {
  for (volatile int i = 0; i < 2'000'000;) i = i + 1;
  return {x * y, {{std::string(scoop::worker()), 1}}};
}

Tally add(Tally left, const Tally& right) {
  left.sum += right.sum;
  for (const auto& [worker, count] : right.products) left.products[worker] += count;
  return left;
}

int main() {
  auto a = std::views::iota(1, 101), b = std::views::iota(101, 201);

  Tally mapped;
  for (const Tally& one : futures::map(slow_product, a, b)) mapped = add(std::move(mapped), one);
  std::printf("Sum of the products equals %d\n", mapped.sum);

  const Tally reduced = futures::mapReduce(slow_product, add, a, b);
  std::printf("Again, reduced by the workers: %d\n", reduced.sum);

  for (const auto& [worker, count] : add(mapped, reduced).products) {
    std::printf("worker %s computed %d of 200 products\n", worker.c_str(), count);
  }
}

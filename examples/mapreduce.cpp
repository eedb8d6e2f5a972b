#include <scoop/futures.hpp>

#include <cstdio>
#include <numeric>
#include <ranges>
namespace futures = scoop::futures;

int product(int x, int y) { return x * y; }
int sum(int x, int y) { return x + y; }

int main() {
  auto a = std::views::iota(1, 101), b = std::views::iota(101, 201);
  auto results = futures::map(product, a, b);  // starts at once; a range, in input order
  int total = std::accumulate(results.begin(), results.end(), 0);
  std::printf("Sum of the products equals %d\n", total);  // 843350
  std::printf("Again, reduced by the workers: %d\n", futures::mapReduce(product, sum, a, b));
}

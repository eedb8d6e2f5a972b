// Pi by throwing points at a square: the share of them that falls into the quarter circle is a quarter of pi.
#include <scoop/futures.hpp>

#include <cstdio>
#include <functional>
#include <random>
#include <ranges>
namespace futures = scoop::futures;

constexpr int batches = 200;
constexpr int points = 100'000;

/// Points of one batch inside the quarter circle. Each batch has a seed of its own, so every run gives the same digits,
/// whoever computes which batch.
long inside(int batch) {
  std::minstd_rand random(static_cast<unsigned>(batch));
  std::uniform_real_distribution<double> coordinate(0, 1);
  long count = 0;
  for (int i = 0; i < points; ++i) {
    const double x = coordinate(random), y = coordinate(random);
    if (x * x + y * y < 1) ++count;
  }
  return count;
}

int main() {
  const long count = futures::mapReduce(inside, std::plus<>(), std::views::iota(1, batches + 1));
  std::printf("pi is about %.3f\n", 4.0 * static_cast<double>(count) / (double{batches} * points));
}

#include <cstdio>
#include <numeric>
#include <ranges>
#include <scoop/futures.hpp>

long square(int x);  // in square.cpp

int main() {
  const auto squares = scoop::futures::map(square, std::views::iota(0, 1000)).get();
  std::printf("%ld\n", std::accumulate(squares.begin(), squares.end(), 0L));
}

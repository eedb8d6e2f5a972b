// one_map: the smallest program worth a pool; what counts is how long all of scoop-launch takes.
#include <unistd.h>

#include <cstdio>
#include <numeric>
#include <ranges>
#include <scoop/futures.hpp>
namespace futures = scoop::futures;

long square(int x) { return static_cast<long>(x) * x; }

int main() {
  ::access("scoop-bench: main begins", F_OK);  // marks for strace, which bench/launch_steps.py looks for
  auto squares = futures::map(square, std::views::iota(0, 100));
  const long total = std::accumulate(squares.begin(), squares.end(), 0L);
  ::access("scoop-bench: main ends", F_OK);
  return total == 328'350 ? 0 : 1;
}

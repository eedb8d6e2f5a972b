// map_as_completed: what is there first is told first, while the rest is still computed. Standard error shows how far
// it is.
#include <cstdio>
#include <ranges>
#include <scoop/futures.hpp>

namespace {

bool is_prime(int n) {
  for (int d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return n > 1;
}
/// How many primes there are in the n-th thousand.
int primes_in(int thousand) {
  int count = 0;
  for (int n = 1000 * thousand; n < 1000 * (thousand + 1); ++n) count += is_prime(n) ? 1 : 0;
  return count;
}

}  // namespace

int main() {
  constexpr int thousands = 200;
  int primes = 0;
  int done = 0;
  for (const int count : scoop::futures::map_as_completed(primes_in, std::views::iota(0, thousands))) {
    primes += count;
    if (++done % 50 == 0) std::fprintf(stderr, "%d of %d thousands, %d primes\n", done, thousands, primes);
  }
  std::printf("%d primes are below %d\n", primes, 1000 * thousands);
}

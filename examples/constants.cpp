// Shared constants: main sets a table once; all tasks look things up in it, where it lies, without a copy of their own.
#include <cstdio>
#include <ranges>
#include <scoop/futures.hpp>
#include <scoop/shared.hpp>
#include <span>
#include <vector>

namespace {

constexpr int size = 1'000'000;

/// How many numbers up to n have no divisors but 1 and themselves.
std::vector<int> count_primes() {
  std::vector<char> is_composite(size + 1);
  std::vector<int> counts(size + 1);
  for (int n = 2; n <= size; ++n) {
    counts[n] = counts[n - 1] + (is_composite[n] ? 0 : 1);
    if (is_composite[n]) continue;
    for (long multiple = long{n} * n; multiple <= size; multiple += n) is_composite[multiple] = 1;
  }
  return counts;
}

/// Primes p for which p + 2 is one too, among these hundred numbers.
int twins_in(int hundred) {
  const auto& primes_up_to = scoop::shared::getConst<std::span<const int>>("primes up to");
  const int step = scoop::shared::getConst<int>("step");
  const auto is_prime = [&](int n) { return primes_up_to[n] > primes_up_to[n - 1]; };
  int twins = 0;
  for (int n = hundred * step + 1; n <= (hundred + 1) * step && n + 2 <= size; ++n)
    twins += is_prime(n) && is_prime(n + 2);
  return twins;
}

int sum(int a, int b) { return a + b; }

}  // namespace

int main() {
  scoop::shared::setConst("primes up to", count_primes());
  scoop::shared::setConst("step", 100);
  const int twins = scoop::futures::mapReduce(twins_in, sum, std::views::iota(0, size / 100));
  std::printf("below %d there are %d pairs of twin primes\n", size, twins);
}

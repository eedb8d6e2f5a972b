#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <random>
#include <ranges>
#include <scoop/scoop.hpp>
#include <string>
#include <vector>

#include "support/sanitized.hpp"

namespace futures = scoop::futures;
using scoop::test::is_sanitized;

namespace {

double same(double x) { return x; }
std::string text(int x) { return std::to_string(x) + ","; }
/// Takes its time, so that it is shared out.
double slow(double x) {
  volatile double sum = 0;
  for (int i = 0; i < 2'000; ++i) sum = sum + x / (i + 1);
  return sum;
}

std::vector<double> numbers(std::uint64_t seed, std::size_t size) {
  std::mt19937_64 random(seed);
  std::vector<double> result(size);
  for (double& each : result)
    each = std::ldexp(1.0 + static_cast<double>(random() % 1000), static_cast<int>(random() % 60));
  return result;
}

/// What the contract says: blocks of one size from left to right, then halves of powers of two.
template <class F>
double by_contract(const std::vector<double>& values, F f) {
  const std::size_t per_block = (values.size() + 4095) / 4096;
  std::vector<double> parts;
  for (std::size_t begin = 0; begin < values.size(); begin += per_block) {
    double folded = f(values[begin]);
    for (std::size_t i = begin + 1; i < std::min(begin + per_block, values.size()); ++i) folded += f(values[i]);
    parts.push_back(folded);
  }
  while (parts.size() > 1) {
    std::vector<double> joined;
    for (std::size_t i = 0; i < parts.size(); i += 2)
      joined.push_back(i + 1 < parts.size() ? parts[i] + parts[i + 1] : parts[i]);
    parts.swap(joined);
  }
  return parts[0];
}

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

}  // namespace

TEST_CASE("A reproducible sum is the same to the last bit, whoever computes it") {
  const int seeds = is_sanitized ? 5 : 30;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(seeds); ++seed) {
    CAPTURE(seed);
    const auto values = numbers(seed, 1 + seed * 977);
    CHECK(bits(futures::mapReduce({.reproducible = true}, same, std::plus<>(), values)) ==
          bits(by_contract(values, same)));
  }
}

TEST_CASE("A reproducible sum that many workers share is the same as well") {
  const auto values = numbers(7, is_sanitized ? 3'000 : 20'000);
  const std::uint64_t expected = bits(by_contract(values, slow));
  for (const std::uint32_t chunk : {0, 1, 7, 1000}) {
    CAPTURE(chunk);
    CHECK(bits(futures::mapReduce({.chunk_size = chunk, .reproducible = true}, slow, std::plus<>(), values)) ==
          expected);
  }
  CHECK(bits(futures::mapReduce_async({.reproducible = true}, slow, std::plus<>(), values).result()) == expected);
}

TEST_CASE("A reproducible reduction keeps order, and starts from an initial value") {
  std::string expected = "begin:";
  for (int i = 0; i < 5'000; ++i) expected += text(i);
  CHECK(futures::mapReduce({.reproducible = true}, text, std::plus<>(), scoop::initial(std::string("begin:")),
                           std::views::iota(0, 5'000)) == expected);
  CHECK(futures::mapReduce({.reproducible = true}, text, std::plus<>(), scoop::initial("none"), std::vector<int>{}) ==
        "none");
}

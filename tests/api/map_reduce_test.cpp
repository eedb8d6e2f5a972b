#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <ranges>
#include <scoop/futures.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/sanitized.hpp"

namespace futures = scoop::futures;
namespace views = std::views;
using scoop::test::is_sanitized;

namespace {

int product(int x, int y) { return x * y; }
int sum(int x, int y) { return x + y; }
int identity(int x) { return x; }
std::string text(int x) { return std::to_string(x) + ","; }

/// Matrices of two by two, modulo a prime: associative, not commutative.
using Matrix = std::array<std::uint64_t, 4>;
constexpr std::uint64_t prime = 1'000'000'007;
Matrix matrix(int i) {
  const auto n = static_cast<std::uint64_t>(i);
  return {n % 7 + 1, n % 5, n % 3, n % 11 + 2};
}
Matrix times(const Matrix& a, const Matrix& b) {
  return {(a[0] * b[0] + a[1] * b[2]) % prime, (a[0] * b[1] + a[1] * b[3]) % prime, (a[2] * b[0] + a[3] * b[2]) % prime,
          (a[2] * b[1] + a[3] * b[3]) % prime};
}

int sum_below(int n) { return futures::mapReduce(identity, sum, scoop::initial(0), views::iota(0, n)); }

}  // namespace

TEST_CASE("mapReduce adds up products") {
  CHECK(futures::mapReduce(product, sum, views::iota(1, 101), views::iota(101, 201)) == 843'350);
}

TEST_CASE("mapReduce of one element is that element, mapped") {
  CHECK(futures::mapReduce(text, std::plus<>(), std::vector{5}) == "5,");
}

TEST_CASE("mapReduce keeps the order of the elements") {
  constexpr int count = is_sanitized ? 2'000 : 20'000;
  std::string expected;
  for (int i = 0; i < count; ++i) expected += text(i);
  CHECK((futures::mapReduce(text, std::plus<>(), views::iota(0, count)) == expected));

  Matrix all = matrix(0);
  for (int i = 1; i < count; ++i) all = times(all, matrix(i));
  CHECK((futures::mapReduce(matrix, times, views::iota(0, count)) == all));
}

TEST_CASE("mapReduce keeps the order when every element is a chunk") {
  std::string expected;
  for (int i = 0; i < 500; ++i) expected += text(i);
  CHECK((futures::mapReduce({.chunk_size = 1}, text, std::plus<>(), views::iota(0, 500)) == expected));
}

TEST_CASE("mapReduce of nothing throws") {
  CHECK_THROWS_AS(futures::mapReduce(identity, sum, std::vector<int>{}), std::invalid_argument);
  CHECK_THROWS_AS(futures::mapReduce(identity, sum, views::iota(5, 5)), std::invalid_argument);
  CHECK_THROWS_AS(futures::mapReduce(product, sum, views::iota(0, 5), std::vector<int>{}), std::invalid_argument);
}

TEST_CASE("mapReduce of nothing gives the initial value") {
  CHECK(futures::mapReduce(identity, sum, scoop::initial(7), std::vector<int>{}) == 7);
  CHECK(futures::mapReduce(text, std::plus<>(), scoop::initial(std::string("start ")), std::vector<int>{}) == "start ");
  CHECK(futures::mapReduce(text, std::plus<>(), scoop::initial("start "), std::vector<int>{}) == "start ");
}

TEST_CASE("mapReduce begins with the initial value") {
  CHECK(futures::mapReduce(identity, sum, scoop::initial(7), std::vector{1, 2}) == 10);
  CHECK(futures::mapReduce(text, std::plus<>(), scoop::initial(std::string("start ")), std::vector{1, 2, 3}) ==
        "start 1,2,3,");
  CHECK(futures::mapReduce(product, sum, scoop::initial(1), views::iota(1, 101), views::iota(101, 201)) == 843'351);
}

TEST_CASE("mapReduce goes over any range, and ends with the shortest") {
  CHECK(futures::mapReduce(text, std::plus<>(), std::list{3, 1, 2}) == "3,1,2,");
  CHECK(futures::mapReduce(identity, sum, views::iota(0, 10) | views::filter([](int x) { return x % 2 == 1; })) == 25);
  CHECK(futures::mapReduce(product, sum, std::vector{1, 2, 3}, std::list{10, 20}) == 50);
  const std::vector<int> numbers{1, 2, 3};
  CHECK(futures::mapReduce(identity, sum, numbers) == 6);
  CHECK(futures::mapReduce(identity, sum, views::all(numbers)) == 6);
}

TEST_CASE("mapReduce counts each of a million elements once") {
  constexpr int count = is_sanitized ? 100'000 : 1'000'000;
  const auto one = [](int) { return 1L; };
  const auto value = [](int x) { return static_cast<long>(x); };
  CHECK(futures::mapReduce(one, std::plus<>(), views::iota(0, count)) == count);
  CHECK(futures::mapReduce(value, std::plus<>(), views::iota(0, count)) == static_cast<long>(count) * (count - 1) / 2);
  const std::vector<int> ones(count, 1);
  CHECK(futures::mapReduce(value, std::plus<>(), ones) == count);
}

TEST_CASE("mapReduce takes numbers that need no memory") {
  const auto parity = [](long x) { return x & 1; };
  constexpr long count = is_sanitized ? 1'000'000 : 100'000'000;
  CHECK(futures::mapReduce(parity, std::plus<>(), views::iota(0L, count)) == count / 2);
}

TEST_CASE("mapReduce may reduce what is reduced") {
  CHECK(futures::mapReduce(sum_below, sum, views::iota(0, 60)) == 34'220);
  CHECK(futures::submit(sum_below, 10).result() == 45);
}

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <numeric>
#include <ranges>
#include <scoop/scoop.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/gate.hpp"
#include "support/sanitized.hpp"

namespace futures = scoop::futures;
namespace views = std::views;
using namespace std::chrono_literals;
using scoop::test::Gate;
using scoop::test::hold;
using scoop::test::is_sanitized;

namespace {

std::int64_t square(int x) { return std::int64_t{x} * x; }
std::string letter(int x) { return std::string(1, static_cast<char>('a' + x % 26)); }
std::string with_word(int x, const std::string& word) { return word + std::to_string(x); }
int not_33_or_more(int x) { return x < 33 ? x : throw std::out_of_range(std::to_string(x)); }
double third(int x) { return x / 3.0; }
int held_once(std::string file, int x) { return hold(file, x); }

template <class T, class F, class Op>
std::vector<T> serial(int size, F f, Op op) {
  std::vector<T> result;
  for (int i = 0; i < size; ++i) result.push_back(i == 0 ? T(f(0)) : T(op(T(result.back()), T(f(i)))));
  return result;
}

}  // namespace

TEST_CASE("mapScan gives all partial sums, in order") {
  for (const int size : {1, 2, 3, 4, 5, 99, 100, 101, 10'000}) {
    CAPTURE(size);
    CHECK(futures::mapScan(square, std::plus<>(), views::iota(0, size)) ==
          serial<std::int64_t>(size, square, std::plus<>()));
  }
  CHECK(futures::mapScan(square, std::plus<>(), std::vector<int>{}).empty());
}

TEST_CASE("mapScan keeps the order of what does not commute") {
  const int size = is_sanitized ? 60 : 300;
  CHECK(futures::mapScan(letter, std::plus<>(), views::iota(0, size)) ==
        serial<std::string>(size, letter, std::plus<>()));
}

TEST_CASE("mapScan takes several ranges, and functions known to the compiler") {
  CHECK(futures::mapScan(with_word, std::plus<>(), views::iota(1), std::deque<std::string>{"a", "b", "c"}) ==
        std::vector<std::string>{"a1", "a1b2", "a1b2c3"});
  CHECK(futures::mapScan<square, std::plus<>{}>(views::iota(1, 4)) == std::vector<std::int64_t>{1, 5, 14});
  CHECK(futures::mapScan<square, std::plus<>{}>({.retries = 0}, views::iota(1, 4)).size() == 3);
  CHECK(futures::mapScan([](bool b) { return b; }, std::logical_and<>(), std::vector{true, true, false, true}) ==
        std::vector{true, true, false, false});
}

TEST_CASE("mapScan throws the first exception in input order") {
  std::string what;
  try {
    (void)futures::mapScan(not_33_or_more, std::plus<>(), views::iota(0, 200));
  } catch (const std::out_of_range& error) {
    what = error.what();
  }
  CHECK(what == "33");
}

TEST_CASE("mapScan brackets alike, whoever computes it") {
  const auto first = futures::mapScan(third, std::plus<>(), views::iota(0, 5'000));
  for (int i = 0; i < 5; ++i) CHECK(futures::mapScan(third, std::plus<>(), views::iota(0, 5'000)) == first);
}

TEST_CASE("mapScan gives up when its time is over") {
  const Gate gate;
  CHECK_THROWS_AS(
      (void)futures::mapScan({.timeout = 5ms}, held_once, std::plus<>(), std::vector{gate.file()}, std::vector{1}),
      scoop::TimeoutError);
  gate.open();
}

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <ranges>
#include <scoop/futures.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "api/gate.hpp"

namespace futures = scoop::futures;
using namespace std::chrono_literals;
using namespace scoop::test;

namespace {

std::int64_t square(std::int64_t x) { return x * x; }
std::int64_t product(std::int64_t x, std::int64_t y) { return x * y; }
std::size_t length(const std::string& text) { return text.size(); }
std::string odd_only(int x) {
  if (x % 2 == 0) throw std::domain_error(std::to_string(x) + " is even");
  return std::to_string(x);
}
void refuse_seven(int x) {
  if (x == 7) throw std::out_of_range("seven");
}
int hold_all_but_first(const std::string& file, int x) { return x == 0 ? 0 : hold(file, x); }

/// Numbers of which each is read but once, as of a generator; counts how many were read.
class Numbers : public std::ranges::view_interface<Numbers> {
 public:
  explicit Numbers(int* read, int last = 1'000'000'000) : read_(read), last_(last) {}
  Numbers(Numbers&&) = default;
  Numbers& operator=(Numbers&&) = default;

  struct iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    int operator*() const { return *numbers->read_ - 1; }
    iterator& operator++() {
      ++*numbers->read_;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return **this >= numbers->last_; }
    Numbers* numbers = nullptr;
  };
  iterator begin() {
    ++*read_;
    return {this};
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  int* read_;
  int last_;
};

}  // namespace

TEST_CASE("map over a range without end gives results for as long as they are taken") {
  std::int64_t expected = 0;
  for (std::int64_t result : futures::map(square, std::views::iota(std::int64_t{0}))) {
    REQUIRE(result == expected * expected);
    if (++expected == 5000) break;
  }
  CHECK(expected == 5000);
}

TEST_CASE("map sees through views that hide that their range has no end") {
  auto odd = std::views::iota(0) | std::views::filter([](int x) { return x % 2 == 1; });
  auto tens = std::views::iota(1) | std::views::transform([](int x) { return 10 * x; });
  std::vector<std::int64_t> found;
  for (std::int64_t result : futures::map(product, odd, tens)) {
    found.push_back(result);
    if (found.size() == 4) break;
  }
  CHECK(found == std::vector<std::int64_t>{10, 60, 150, 280});
}

TEST_CASE("map reads a range without end no further than its window") {
  int read = 0;
  auto results = futures::map({.window = 20}, square, Numbers(&read));
  CHECK(read == 0);
  auto result = results.begin();
  CHECK(read <= 20);
  for (int i = 0; i < 100; ++i, ++result) {
    CHECK(*result == std::int64_t{i} * i);
    CHECK(read <= i + 20);
  }
}

TEST_CASE("window 1 is one element at a time, and 0 is refused") {
  int read = 0;
  auto results = futures::map({.window = 1}, square, Numbers(&read));
  auto result = results.begin();
  for (int i = 0; i < 10; ++i, ++result) {
    CHECK(read == i + 1);
    CHECK(*result == std::int64_t{i} * i);
  }
  CHECK_THROWS_WITH_AS((void)futures::map({.window = 0}, square, Numbers(&read)),
                       "scoop: Options::window is 0, but at least 1 element must be on its way", scoop::Error);
}

TEST_CASE("map over what can be read but once ends with it, and joins it with ranges beside it") {
  std::istringstream words("the quick brown fox");
  const std::vector<std::size_t> lengths = futures::map(length, std::views::istream<std::string>(words));
  CHECK(lengths == std::vector<std::size_t>{3, 5, 5, 3});

  std::istringstream none("");
  CHECK(futures::map(length, std::views::istream<std::string>(none)).get().empty());

  int read = 0;
  const std::vector<std::int64_t> factors{5, 6, 7};
  CHECK(futures::map(product, Numbers(&read), factors).get() == std::vector<std::int64_t>{0, 6, 14});
  CHECK(read <= 4);
  auto results = futures::map(square, Numbers(&(read = 0), 2500));
  CHECK(std::accumulate(results.begin(), results.end(), std::int64_t{0}) == std::int64_t{2499} * 2500 * 4999 / 6);
}

TEST_CASE("the first result of a stream comes while others are held") {
  const Gate gate;
  int read = 0;
  auto results = futures::map({.window = 8}, scoop::bind_front(hold_all_but_first, gate.file()), Numbers(&read));
  auto result = results.begin();
  CHECK(*result == 0);
  CHECK(read == 8);
  gate.open();
  CHECK(*++result == 1);
}

TEST_CASE("exceptions of a stream come in their places, and those of a range after all before") {
  std::istringstream numbers("1 2 3");
  auto results = futures::map(odd_only, std::views::istream<int>(numbers));
  auto result = results.begin();
  CHECK(*result == "1");
  CHECK_THROWS_WITH_AS((void)*++result, "2 is even", std::domain_error);
  CHECK(*++result == "3");
  CHECK(++result == results.end());

  auto broken = std::views::iota(0) | std::views::transform([](int x) {
                  if (x == 30) throw std::runtime_error("no more numbers");
                  return x;
                });
  auto squares = futures::map(square, broken);
  auto it = squares.begin();
  for (int i = 0; i < 29; ++i, ++it) REQUIRE(*it == i * i);
  CHECK(*it == 29 * 29);
  CHECK_THROWS_WITH_AS(++it, "no more numbers", std::runtime_error);
  CHECK(it == squares.end());
}

TEST_CASE("a stream of calls that return nothing ends with its range") {
  int read = 0;
  futures::map(refuse_seven, Numbers(&read, 7)).get();
  CHECK(read == 8);
  CHECK_THROWS_WITH_AS(futures::map({.window = 2}, refuse_seven, Numbers(&(read = 0), 100)).get(), "seven",
                       std::out_of_range);
  CHECK(read == 101);
}

TEST_CASE("a stream's timeout is for all of it, and what comes later can still be had") {
  const Gate gate;
  auto results = futures::map({.timeout = 20ms}, scoop::bind_front(hold, gate.file()), std::views::iota(0));
  auto result = results.begin();
  CHECK_THROWS_AS((void)*result, scoop::TimeoutError);
  gate.open();
  CHECK(let_others_until([&] {
    try {
      return *result == 0;
    } catch (const scoop::TimeoutError&) {
      return false;
    }
  }));
}

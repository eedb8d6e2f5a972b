#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <fstream>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <ranges>
#include <scoop/futures.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "support/sanitized.hpp"
#include "support/temp_dir.hpp"

namespace futures = scoop::futures;
namespace views = std::views;
using scoop::test::is_sanitized;

namespace {

int square(int x) { return static_cast<int>(static_cast<unsigned>(x) * static_cast<unsigned>(x)); }  // may overflow
long add(long a, int b) { return a + b; }
std::string describe(int n, const std::string& text, char c) { return std::to_string(n) + text + c; }
std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c - 'a' + 'A');
  return text;
}
std::unique_ptr<int> boxed(int x) { return std::make_unique<int>(x); }
int unboxed(std::unique_ptr<int> box) { return *box; }
std::vector<int> ranks(int n) { return futures::map(square, views::iota(0, n)); }
void touch(const std::string& directory, int x) {
  std::ofstream(std::filesystem::path(directory) / std::to_string(x)).flush();
}
std::vector<double> filled(int value) { return std::vector<double>(512 * 1024, value); }

const std::vector<int> squares_to_4{0, 1, 4, 9};

}  // namespace

TEST_CASE("map goes over numbers") {
  CHECK(futures::map(square, views::iota(0, 4)).get() == squares_to_4);
  CHECK(futures::map(square, views::iota(-2, 1)).get() == std::vector{4, 1, 0});
  CHECK(futures::map([](unsigned long x) { return x + 1; }, views::iota(~0UL - 2, ~0UL)).get() ==
        std::vector{~0UL - 1, ~0UL});
  CHECK(futures::map([](char c) { return c; }, views::iota('a', 'e')).get() == std::vector{'a', 'b', 'c', 'd'});
}

TEST_CASE("map goes over containers") {
  CHECK(futures::map(square, std::vector{0, 1, 2, 3}).get() == squares_to_4);
  CHECK(futures::map(square, std::array{0, 1, 2, 3}).get() == squares_to_4);
  CHECK(futures::map(square, std::deque{0, 1, 2, 3}).get() == squares_to_4);
  CHECK(futures::map(square, std::list{0, 1, 2, 3}).get() == squares_to_4);
  CHECK(futures::map(square, std::set{3, 2, 1, 0}).get() == squares_to_4);
  const int row[] = {0, 1, 2, 3};
  CHECK(futures::map(square, row).get() == squares_to_4);
  const std::map<int, std::string> names{{1, "a"}, {2, "b"}};
  CHECK(futures::map([](const std::pair<const int, std::string>& each) { return each.second; }, names).get() ==
        std::vector<std::string>{"a", "b"});
  CHECK(futures::map([](bool b) { return !b; }, std::vector{true, false}).get() == std::vector{false, true});
}

TEST_CASE("map leaves the caller's container as it is") {
  const std::vector<std::string> constant{"a", "b"};
  std::vector<std::string> words{"a", "b"};
  CHECK(futures::map(upper, constant).get() == std::vector<std::string>{"A", "B"});
  CHECK(futures::map(upper, words).get() == std::vector<std::string>{"A", "B"});
  CHECK(words == constant);
  auto results = futures::map(upper, words);
  words.assign(2, "changed");
  CHECK(std::move(results).get() == std::vector<std::string>{"A", "B"});
}

TEST_CASE("map goes over views") {
  std::vector<int> numbers{0, 1, 2, 3};
  CHECK(futures::map(square, std::span(numbers)).get() == squares_to_4);
  CHECK(futures::map(square, std::span<const int>(numbers).first(2)).get() == std::vector{0, 1});
  CHECK(futures::map(square, views::all(numbers)).get() == squares_to_4);
  CHECK(futures::map(square, numbers | views::transform([](int x) { return x + 1; })).get() ==
        std::vector{1, 4, 9, 16});
  CHECK(futures::map(square, numbers | views::filter([](int x) { return x % 2 == 1; })).get() == std::vector{1, 9});
  CHECK(futures::map(square, numbers | views::take(2)).get() == std::vector{0, 1});
  CHECK(futures::map(square, numbers | views::drop(2)).get() == std::vector{4, 9});
  CHECK(futures::map(square, numbers | views::reverse).get() == std::vector{9, 4, 1, 0});
  CHECK(futures::map(square, views::iota(0) | views::take(4)).get() == squares_to_4);
  CHECK(futures::map(square, views::iota(0, 100) | views::filter([](int x) { return x % 40 == 3; })).get() ==
        std::vector{9, 43 * 43, 83 * 83});
  const std::map<int, std::string> names{{1, "a"}, {2, "b"}};
  CHECK(futures::map(upper, names | views::values).get() == std::vector<std::string>{"A", "B"});
  CHECK(futures::map(square, views::single(3)).get() == std::vector{9});
}

TEST_CASE("map takes the i-th elements of several ranges together, and ends with the shortest") {
  const std::list<std::string> words{"one", "two", "three"};
  CHECK(futures::map(describe, views::iota(1), words, std::vector{'a', 'b', 'c', 'd', 'e'}).get() ==
        std::vector<std::string>{"1onea", "2twob", "3threec"});
  CHECK(futures::map(std::plus<>(), std::vector{1, 2, 3}, std::vector{10, 20}).get() == std::vector{11, 22});
  CHECK(futures::map(std::plus<>(), std::vector<int>{}, std::vector{10, 20}).get().empty());
  CHECK(futures::map(std::minus<>(), views::iota(5, 8), views::iota(1, 1000)).get() == std::vector{4, 4, 4});
}

TEST_CASE("map of nothing gives nothing") {
  auto results = futures::map(square, std::vector<int>{});
  CHECK((results.begin() == results.end()));
  CHECK(std::move(results).get().empty());
  CHECK(futures::map(square, views::iota(3, 3)).get().empty());
  CHECK(futures::map(square, std::vector{1, 2} | views::filter([](int x) { return x > 5; })).get().empty());
}

TEST_CASE("map of one element gives one result") {
  CHECK(futures::map(square, std::vector{7}).get() == std::vector{49});
  CHECK(futures::map(square, views::iota(7, 8)).get() == std::vector{49});
}

TEST_CASE("MapResult is a range for loops and algorithms") {
  auto results = futures::map(square, views::iota(0, 100));
  CHECK(std::accumulate(results.begin(), results.end(), 0L) == 328'350);
  int index = 0;
  bool right = true;
  for (int each : futures::map(square, views::iota(0, 1000))) right = right && each == index * index && ++index > 0;
  CHECK(right);
  CHECK(index == 1000);
  auto again = futures::map(square, views::iota(0, 10));
  CHECK(std::find(again.begin(), again.end(), 49) != again.end());
  auto more = futures::map(square, views::iota(0, 10));
  CHECK(std::vector<int>(more.begin(), more.end()).size() == 10);
  auto compared = futures::map(square, views::iota(0, 4));
  CHECK(std::ranges::equal(compared, squares_to_4));
}

TEST_CASE("MapResult becomes a vector") {
  const std::vector<int> converted = futures::map(square, views::iota(0, 4));
  CHECK(converted == squares_to_4);
  auto results = futures::map(square, views::iota(0, 4));
  const std::vector<int> moved = std::move(results);
  CHECK(moved == squares_to_4);
}

TEST_CASE("MapResult may be kept, moved, asked late, and dropped early") {
  auto first = futures::map(square, views::iota(0, 1000));
  auto second = futures::map(square, views::iota(1000, 2000));
  auto moved = std::move(first);
  CHECK(*second.begin() == 1'000'000);
  CHECK(*moved.begin() == 0);
  { auto dropped = futures::map(upper, std::vector<std::string>(1000, "text")); }
  {
    auto half_read = futures::map(square, views::iota(0, 100'000));
    auto it = half_read.begin();
    for (int i = 0; i < 10; ++i, ++it) CHECK(*it == i * i);
  }
  (void)futures::map(square, views::iota(0, 10));
  CHECK(std::move(second).get().back() == 1999 * 1999);
}

TEST_CASE("map moves what cannot be copied, in and out") {
  std::vector<std::unique_ptr<int>> boxes = futures::map(boxed, views::iota(0, 50));
  REQUIRE(boxes.size() == 50);
  CHECK(*boxes[49] == 49);
  const auto numbers = futures::map(unboxed, std::move(boxes)).get();
  CHECK(numbers.size() == 50);
  CHECK(numbers[49] == 49);
}

TEST_CASE("map of a call without result ends when all have ended") {
  const scoop::test::TempDir directory;
  futures::map(scoop::bind_front(touch, directory.path().string()), views::iota(0, 50)).get();
  const auto files = std::filesystem::directory_iterator(directory.path());
  CHECK(std::distance(begin(files), end(files)) == 50);
  futures::map(touch, std::vector<std::string>{}, std::vector<int>{}).get();
}

TEST_CASE("map goes over a million elements") {
  constexpr int count = is_sanitized ? 100'000 : 1'000'000;
  long expected = 0;
  for (int i = 0; i < count; ++i) expected += i % 1000;
  const auto rest = [](int x) { return x % 1000; };
  SUBCASE("of an iota") {
    auto results = futures::map(rest, views::iota(0, count));
    CHECK(std::accumulate(results.begin(), results.end(), 0L) == expected);
  }
  SUBCASE("of a vector") {
    std::vector<int> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::vector<int> results = futures::map(rest, std::move(numbers));
    CHECK(std::accumulate(results.begin(), results.end(), 0L) == expected);
  }
  SUBCASE("of a view that is read on the way") {
    auto results = futures::map(rest, views::iota(0, count) | views::filter([](int x) { return x % 2 == 0; }));
    long even = 0;
    for (int i = 0; i < count; i += 2) even += i % 1000;
    CHECK(std::accumulate(results.begin(), results.end(), 0L) == even);
  }
  SUBCASE("whose results are strings") {
    auto results = futures::map([](int x) { return std::to_string(x); }, views::iota(0, count / 10));
    int index = 0;
    bool right = true;
    for (const std::string& each : results) right = right && each == std::to_string(index++);
    CHECK(right);
    CHECK(index == count / 10);
  }
}

TEST_CASE("map keeps large results whole and in order") {
  auto results = futures::map(filled, views::iota(0, 8));  // 4 MiB each
  int index = 0;
  for (const auto& each : results) {
    CHECK(each.size() == 512 * 1024);
    CHECK(std::ranges::count(each, index) == 512 * 1024);
    ++index;
  }
  CHECK(index == 8);
}

TEST_CASE("Mapped calls may map") {
  const auto results = futures::map(ranks, views::iota(0, 40)).get();
  bool right = true;
  for (int n = 0; n < 40; ++n) {
    const auto& row = results[static_cast<std::size_t>(n)];
    right = right && row.size() == static_cast<std::size_t>(n) && (n == 0 || row.back() == (n - 1) * (n - 1));
  }
  CHECK(right);
  CHECK(futures::submit(ranks, 4).result() == squares_to_4);
}

TEST_CASE("Several maps may run at the same time") {
  auto a = futures::map(square, views::iota(0, 5000));
  auto b = futures::map(add, views::iota(0L, 5000L), views::iota(0, 5000));
  auto ia = a.begin();
  auto ib = b.begin();
  bool right = true;
  for (int i = 0; i < 5000; ++i, ++ia, ++ib) right = right && *ia == i * i && *ib == 2L * i;
  CHECK(right);
}

TEST_CASE("map takes options first") {
  CHECK(futures::map({.chunk_size = 1}, square, views::iota(0, 4)).get() == squares_to_4);
  CHECK(futures::map(scoop::Options{.chunk_size = 3}, square, std::vector{0, 1, 2, 3}).get() == squares_to_4);
  CHECK(futures::map({.chunk_size = 1000}, square, views::iota(0, 5000)).get()[4999] == 4999 * 4999);
}

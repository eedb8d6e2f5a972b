#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <scoop/futures.hpp>
#include <string>
#include <vector>

#include "support/sanitized.hpp"

namespace futures = scoop::futures;
using scoop::test::is_sanitized;

namespace {

int square(int x) { return x * x; }
void nothing(int) {}
std::vector<int> append(std::vector<int> list, int x) {
  list.push_back(x);
  return list;
}
std::unique_ptr<std::string> make_text(std::unique_ptr<std::string> text) {
  *text += "!";
  return text;
}
std::vector<double> filled(std::size_t size, double value) { return std::vector<double>(size, value); }
double first_and_last(const std::vector<double>& values) { return values.front() + values.back(); }

long depth_below(long n) {
  if (n == 0) return 0;
  return 1 + futures::submit(depth_below, n - 1).result();
}

long fibonacci(int n) {
  if (n < 2) return n;
  auto a = futures::submit(fibonacci, n - 1);
  auto b = futures::submit(fibonacci, n - 2);
  return a.result() + b.result();
}

/// Asks in the order in which it submitted: the oldest first.
long oldest_first(int depth) {
  if (depth == 0) return 1;
  std::vector<scoop::Future<long>> children;
  for (int i = 0; i < 3; ++i) children.push_back(futures::submit(oldest_first, depth - 1));
  long sum = 0;
  for (auto& child : children) sum += child.result();
  return sum;
}

/// Submits without asking: most of its children outlive it.
int careless(int depth) {
  if (depth == 0) return 0;
  for (int i = 0; i < 2; ++i) (void)futures::submit(careless, depth - 1);
  return depth;
}

int with_polling(int depth) {
  if (depth == 0) return 1;
  auto child = futures::submit(with_polling, depth - 1);
  while (!child.done()) {
  }
  return 1 + child.result();
}

}  // namespace

TEST_CASE("Future gives the result of the call") {
  auto future = futures::submit(square, 7);
  CHECK(future.result() == 49);
  CHECK(future.exception() == nullptr);
  CHECK(future.done());
}

TEST_CASE("Future gives the same result again and again, as a reference") {
  auto future = futures::submit(append, std::vector{1, 2}, 3);
  std::vector<int>& list = future.result();
  CHECK(list == std::vector{1, 2, 3});
  list.push_back(4);
  CHECK(&future.result() == &list);
  CHECK(future.result().size() == 4);
}

TEST_CASE("Future moves its result out when it is an rvalue") {
  auto future = futures::submit(append, std::vector{1}, 2);
  const std::vector<int> list = std::move(future).result();
  CHECK(list == std::vector{1, 2});
  const auto text = futures::submit(make_text, std::make_unique<std::string>("moved")).result();
  CHECK(*text == "moved!");
}

TEST_CASE("Future of a call without result only ends") {
  auto future = futures::submit(nothing, 1);
  future.result();
  future.result();
  CHECK(future.done());
  futures::submit(nothing, 1).result();
}

TEST_CASE("Future is moved as a handle") {
  auto a = futures::submit(square, 2);
  auto b = std::move(a);
  auto c = futures::submit(square, 3);
  c = std::move(b);
  CHECK(c.result() == 4);
}

TEST_CASE("A moved-from future throws") {
  auto a = futures::submit(square, 2);
  auto b = std::move(a);
  CHECK_THROWS_AS(a.result(), scoop::Error);  // NOLINT: what this is about
  CHECK_THROWS_AS(a.done(), scoop::Error);
  CHECK(b.result() == 4);
}

TEST_CASE("Arguments are copied at the call") {
  std::vector<int> list{1};
  auto future = futures::submit(append, list, 2);
  list.clear();
  CHECK(future.result() == std::vector{1, 2});
}

TEST_CASE("Arguments that cannot be copied are moved in") {
  auto text = std::make_unique<std::string>("text");
  auto future = futures::submit(make_text, std::move(text));
  CHECK(text == nullptr);  // NOLINT: what this is about
  CHECK(**&future.result() == "text!");
}

TEST_CASE("Futures may be asked in any order") {
  constexpr int count = 1000;
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  SUBCASE("as submitted") {}
  SUBCASE("the last first") { std::ranges::reverse(order); }
  SUBCASE("shuffled") { std::ranges::shuffle(order, std::minstd_rand(5)); }
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < count; ++i) all.push_back(futures::submit(square, i));
  bool right = true;
  for (int i : order) right = right && all[static_cast<std::size_t>(i)].result() == i * i;
  CHECK(right);
}

TEST_CASE("Futures may be asked for only in part, and dropped") {
  for (int round = 0; round < 20; ++round) {
    std::vector<scoop::Future<int>> all;
    for (int i = 0; i < 50; ++i) all.push_back(futures::submit(square, i));
    CHECK(all[static_cast<std::size_t>(round)].result() == round * round);
  }
  for (int i = 0; i < 1000; ++i) (void)futures::submit(append, std::vector{i}, i);
  CHECK(futures::submit(square, 3).result() == 9);
}

TEST_CASE("Tasks may leave tasks behind them") {
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 10; ++i) all.push_back(futures::submit(careless, 6));
  for (auto& each : all) CHECK(each.result() == 6);
}

TEST_CASE("Many small tasks give their own results") {
  constexpr int count = is_sanitized ? 20'000 : 200'000;
  std::vector<scoop::Future<int>> all;
  all.reserve(count);
  for (int i = 0; i < count; ++i) all.push_back(futures::submit(square, i % 1000));
  long sum = 0;
  long expected = 0;
  for (int i = 0; i < count; ++i) {
    sum += all[static_cast<std::size_t>(i)].result();
    expected += static_cast<long>(square(i % 1000));
  }
  CHECK(sum == expected);
}

TEST_CASE("Tasks may submit tasks and wait for them") {
  CHECK(fibonacci(20) == 6765);
  CHECK(futures::submit(fibonacci, 20).result() == 6765);
  CHECK(oldest_first(8) == 6561);
}

TEST_CASE("Tasks may be nested a million deep") {
  constexpr long depth = is_sanitized ? 100'000 : 1'000'000;
  CHECK(depth_below(depth) == depth);
  // Again: the stacks of the first time are back.
  CHECK(futures::submit(depth_below, depth).result() == depth);
}

TEST_CASE("Deep chains stand beside each other") {
  constexpr long depth = is_sanitized ? 5'000 : 50'000;
  std::vector<scoop::Future<long>> chains;
  for (int i = 0; i < 10; ++i) chains.push_back(futures::submit(depth_below, depth + i));
  for (int i = 9; i >= 0; --i) CHECK(chains[static_cast<std::size_t>(i)].result() == depth + i);
}

TEST_CASE("A loop that only asks done() comes to its end") {
  auto future = futures::submit(square, 5);
  while (!future.done()) {
  }
  CHECK(future.result() == 25);

  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 200; ++i) all.push_back(futures::submit(square, i));
  while (!std::ranges::all_of(all, [](auto& each) { return each.done(); })) {
  }
  CHECK(all[199].result() == 199 * 199);
}

TEST_CASE("Tasks may wait with done() too") {
  CHECK(with_polling(20) == 21);
  CHECK(futures::submit(with_polling, 20).result() == 21);
}

TEST_CASE("Large arguments and results stay whole") {
  constexpr std::size_t size = 512 * 1024;  // 4 MiB of doubles
  std::vector<scoop::Future<std::vector<double>>> vectors;
  for (int i = 0; i < 6; ++i) vectors.push_back(futures::submit(filled, size, 0.5 * i));
  std::vector<scoop::Future<double>> sums;
  for (auto& each : vectors) sums.push_back(futures::submit(first_and_last, std::move(each).result()));
  for (int i = 0; i < 6; ++i) CHECK(sums[static_cast<std::size_t>(i)].result() == 1.0 * i);
}

TEST_CASE("Options may come first") {
  CHECK(futures::submit(scoop::Options{.retries = 0}, square, 3).result() == 9);
  CHECK(futures::submit({.retries = 5}, square, 3).result() == 9);
  const scoop::Options options{.chunk_size = 3};
  CHECK(futures::submit(options, square, 4).result() == 16);
}

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <ranges>
#include <scoop/scoop.hpp>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "api/gate.hpp"
#include "support/sanitized.hpp"

namespace futures = scoop::futures;
namespace views = std::views;
using namespace std::chrono_literals;
using scoop::test::Gate;
using scoop::test::hold;
using scoop::test::is_sanitized;
using scoop::test::let_others_until;
using scoop::test::pass;

namespace {

int fail_at_7(int x) { return x != 7 ? x : throw std::out_of_range("seven"); }
int held_once(std::string file, int x) { return x >= 0 ? x : hold(file, x); }
std::string text(int x) { return std::to_string(x); }
void nothing(int) {}
int sum_to(int n) { return futures::mapReduce_async(pass, std::plus<>(), views::iota(0, n)).result(); }

}  // namespace

TEST_CASE("mapReduce_async gives a future of the same") {
  auto future = futures::mapReduce_async(text, std::plus<>(), views::iota(0, 12));
  CHECK(future.result() == "01234567891011");
  CHECK(future.done());
  CHECK(std::move(future).result() == "01234567891011");
  CHECK(futures::mapReduce_async(pass, std::plus<>(), scoop::initial(5), views::iota(0, 4)).result() == 11);
  CHECK(futures::mapReduce_async<pass, std::plus<>{}>(views::iota(0, 4)).result() == 6);
  CHECK(futures::mapReduce_async<pass, std::plus<>{}>({.chunk_size = 1}, views::iota(0, 4)).result(1min) == 6);
}

TEST_CASE("mapReduce_async tells how far it is, in elements") {
  const Gate gate;
  for (const bool reproducible : {false, true}) {
    auto future = futures::mapReduce_async({.chunk_size = 1, .reproducible = reproducible}, held_once, std::plus<>(),
                                           std::vector(11, gate.file()), views::iota(-1, 10));
    CHECK(future.progress().total == 11);
    CHECK(let_others_until([&] { return future.progress().done >= 1; }));
    CHECK(future.progress().done < 11);
    CHECK_FALSE(future.done());
    CHECK_THROWS_AS(future.result(1ms), scoop::TimeoutError);
    if (reproducible) gate.open();
    if (reproducible) CHECK(future.result() == 44);
    if (reproducible) CHECK(future.progress().fraction() == 1);
  }
}

TEST_CASE("mapReduce_async of what is done before it returns gives its result") {
  using Numbers = decltype(views::iota(0, 10));
  using Kind = scoop::detail::Reduction<int (&)(int), std::plus<>, scoop::detail::Nothing, Numbers>;
  const auto when_done = [](auto& task) {
    using Async = scoop::detail::AsyncReduction<Kind, std::remove_reference_t<decltype(task)>, scoop::detail::Nothing>;
    while (!scoop_poll(&task, std::numeric_limits<std::uint64_t>::max())) {
    }
    return scoop::Future<int>(new Async(&task, {}));
  };
  auto sum = Kind::begin(
      {}, pass, std::plus<>(), when_done, [] { return scoop::Future<int>(); }, Numbers(0, 10));
  CHECK(sum.result(10s) == 45);
}

TEST_CASE("What mapReduce would throw comes from the future of mapReduce_async") {
  auto nothing_to_do = futures::mapReduce_async(pass, std::plus<>(), std::vector<int>{});
  CHECK(nothing_to_do.done());
  CHECK_THROWS_AS(nothing_to_do.result(), std::invalid_argument);
  CHECK(futures::mapReduce_async(pass, std::plus<>(), scoop::initial(3), std::vector<int>{}).result() == 3);
  auto failing = futures::mapReduce_async(fail_at_7, std::plus<>(), views::iota(0, 100));
  CHECK_THROWS_AS(failing.result(), std::out_of_range);
  CHECK(failing.exception());
}

TEST_CASE("Futures of mapReduce_async are futures like others") {
  std::vector<scoop::Future<int>> all;
  for (int i = 1; i < 20; ++i) all.push_back(futures::mapReduce_async(pass, std::plus<>(), views::iota(0, i)));
  int sum = 0;
  for (auto& future : futures::as_completed(all)) sum += future.result();
  CHECK(sum == 1140);
  int called = 0;
  auto future = futures::mapReduce_async(pass, std::plus<>(), views::iota(0, 10));
  future.add_done_callback([&](scoop::Future<int>& done) { called = done.result(); });
  CHECK(future.result() == 45);
  CHECK(called == 45);
  (void)futures::mapReduce_async(pass, std::plus<>(), views::iota(0, 100));  // dropped
  std::vector<scoop::Future<int>> nested;
  for (int i = 0; i < 10; ++i) nested.push_back(futures::submit(sum_to, 1000));
  for (auto& each : nested) CHECK(each.result() == 499'500);
}

TEST_CASE("map_as_completed gives every result once") {
  const int size = is_sanitized ? 500 : 20'000;
  std::vector<int> seen;
  for (int x : futures::map_as_completed(pass, views::iota(0, size))) seen.push_back(x);
  std::ranges::sort(seen);
  CHECK(std::ranges::equal(seen, views::iota(0, size)));
  auto got = futures::map_as_completed<pass>({.chunk_size = 3}, views::iota(0, 100)).get();
  std::ranges::sort(got);
  CHECK(std::ranges::equal(got, views::iota(0, 100)));
  CHECK(futures::map_as_completed(pass, std::vector<int>{}).empty());
  futures::map_as_completed(nothing, views::iota(0, 100)).get();
  const std::vector<std::string> texts = futures::map_as_completed(text, views::iota(5, 6));
  CHECK(texts == std::vector<std::string>{"5"});
}

TEST_CASE("map_as_completed gives what is there while other elements wait") {
  const Gate gate;
  auto results =
      futures::map_as_completed({.chunk_size = 1}, held_once, std::vector(4, gate.file()), std::vector{-1, 1, 2, 3});
  auto it = results.begin();
  int sum = *it;
  sum += *++it;
  sum += *++it;
  CHECK(sum == 6);
  gate.open();
  CHECK(*++it == -1);
  CHECK((++it == results.end()));
}

TEST_CASE("map_as_completed throws what a call threw when its turn comes") {
  auto results = futures::map_as_completed(fail_at_7, views::iota(0, 20));
  int good = 0;
  int bad = 0;
  for (auto it = results.begin(); it != results.end(); ++it) {
    try {
      good += *it >= 0 ? 1 : 0;
    } catch (const std::out_of_range&) {
      ++bad;
    }
  }
  CHECK(good == 19);
  CHECK(bad == 1);
  CHECK_THROWS_AS((void)futures::map_as_completed(fail_at_7, views::iota(0, 20)).get(), std::out_of_range);
}

TEST_CASE("map_as_completed gives up when its time is over") {
  const Gate gate;
  auto results = futures::map_as_completed({.timeout = 5ms}, held_once, std::vector{gate.file()}, std::vector{-1});
  CHECK_THROWS_AS(*results.begin(), scoop::TimeoutError);
  gate.open();
}

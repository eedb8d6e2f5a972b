#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <ranges>
#include <scoop/scoop.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/gate.hpp"
#include "support/wait_until.hpp"

namespace futures = scoop::futures;
using namespace std::chrono_literals;
using scoop::test::Gate;
using scoop::test::hold;
using scoop::test::pass;
using scoop::test::wait_until;

namespace {

void hold_and_give_nothing(const std::string& file) { hold(file, 0); }
int hold_and_throw(const std::string& file) { throw std::out_of_range(std::to_string(hold(file, 7))); }
void nothing() {}
int held_once(std::string file, int x) { return hold(file, x); }

template <class F>
std::string timeout_of(F&& f) {
  try {
    f();
  } catch (const scoop::TimeoutError& error) {
    return error.what();
  }
  return "";
}
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// How many of its children it cannot wait for.
int impatient(const std::string& file, int children) {
  int timeouts = 0;
  std::vector<scoop::Future<int>> futures;
  for (int i = 0; i < children; ++i) futures.push_back(futures::submit(hold, file, i));
  for (auto& future : futures) timeouts += timeout_of([&] { (void)future.result(1ms); }).empty() ? 0 : 1;
  return timeouts;
}

/// More than any pool does in the time that a test gives them.
constexpr int too_many = 3'000;
int slow(int x) {
  std::this_thread::sleep_for(5ms);
  return x;
}
void slow_nothing(int x) { slow(x); }

/// Again and again while the time is over.
template <class F>
void insist(F&& f) {
  REQUIRE(wait_until([&] { return timeout_of(f).empty(); }));
}
int begun = 0;
int count_begun(int x) {
  ++begun;
  return x;
}

/// Waits so often and so shortly that only many waits together are long enough to begin a task.
int wait_shortly(int x) {
  auto future = futures::submit(pass, x);
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end)
    if (timeout_of([&] { (void)future.result(500us); }).empty()) return future.result();
  return -1;
}
std::string text_of(int x) { return "the text of number " + std::to_string(slow(x)); }
void fail_at_0(int x) {
  if (slow(x) == 0) throw std::out_of_range("zero");
}
/// Only once to be read, so that it makes a stream.
auto numbers_in(std::istringstream& text) { return std::views::istream<int>(text); }

/// The sum of a range, which goes on where it was when its time is over.
template <class Range>
int insist_on_sum(Range& range) {
  int sum = 0;
  typename Range::iterator i, end = range.end();
  insist([&] { i = range.begin(); });
  while (i != end) {
    insist([&] { sum += *i; });
    insist([&] { ++i; });
  }
  return sum;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("result gives up after its timeout, and the future still works") {
  const Gate gate;
  auto future = gate.submit_held(5);
  const std::string what = timeout_of([&] { (void)future.result(20ms); });
  CHECK(contains(what, "is not there after 0.02 s"));
  CHECK(contains(what, "int (*)("));
  CHECK_THROWS_AS(future.result(1us), scoop::TimeoutError);
  gate.open();
  CHECK(future.result(1min) == 5);
  CHECK(future.result(0s) == 5);
  CHECK(std::move(future).result(1s) == 5);
}

TEST_CASE("result takes any time") {
  const Gate gate;
  auto held = gate.submit_held(1);
  CHECK_THROWS_AS(held.result(0s), scoop::TimeoutError);
  CHECK_THROWS_AS(held.result(-5h), scoop::TimeoutError);
  CHECK_THROWS_AS(held.result(std::chrono::nanoseconds::min()), scoop::TimeoutError);
  CHECK_THROWS_AS(held.result(std::chrono::duration<double>(std::nan(""))), scoop::TimeoutError);
  CHECK_THROWS_AS(held.result(std::chrono::duration<double>(-infinity)), scoop::TimeoutError);
  gate.open();
  CHECK(held.result(std::chrono::hours::max()) == 1);
  auto other = futures::submit(pass, 2);
  CHECK(other.result(std::chrono::duration<double>(infinity)) == 2);
  CHECK(futures::submit(pass, 3).result(std::chrono::years(10'000)) == 3);
  CHECK(futures::submit(pass, 4).result(std::chrono::duration<float, std::milli>(1e30f)) == 4);
}

TEST_CASE("A loop that looks for a result comes to it") {
  auto future = futures::submit(pass, 6);
  CHECK(wait_until([&] { return timeout_of([&] { (void)future.result(0s); }).empty(); }));
  CHECK(future.result() == 6);
}

TEST_CASE("exception gives up after its timeout as well") {
  const Gate gate;
  auto thrower = futures::submit(hold_and_throw, gate.file());
  CHECK_THROWS_AS(thrower.exception(2ms), scoop::TimeoutError);
  gate.open();
  CHECK(thrower.exception(1min));
  CHECK_THROWS_AS(thrower.result(1s), std::out_of_range);
  CHECK_FALSE(futures::submit(pass, 1).exception(1min));
}

TEST_CASE("A future of nothing has timeouts, too") {
  const Gate gate;
  auto future = futures::submit(hold_and_give_nothing, gate.file());
  CHECK_THROWS_AS(future.result(2ms), scoop::TimeoutError);
  gate.open();
  future.result(1min);
  futures::submit(nothing).result(1min);
}

TEST_CASE("Options give a task a time, which counts from the call") {
  const Gate gate;
  auto future = futures::submit({.timeout = 5ms}, hold, gate.file(), 8);
  CHECK(contains(timeout_of([&] { (void)future.result(); }), "in the time that Options::timeout gives it"));
  CHECK_THROWS_AS(future.exception(), scoop::TimeoutError);
  gate.open();
  CHECK(future.result(1min) == 8);
  CHECK(future.result() == 8);
  CHECK(futures::submit<pass>({.timeout = 1h}, 9).result() == 9);
  const Gate other;
  auto late = futures::submit({.timeout = -1s}, hold, other.file(), 8);
  CHECK_THROWS_AS(late.result(), scoop::TimeoutError);
  other.open();
  CHECK(late.result(1min) == 8);
}

TEST_CASE("Options give a map a time, and its results can be had later") {
  const Gate gate;
  const std::vector files{gate.file(), gate.file()};
  auto results = futures::map({.timeout = 5ms}, held_once, files, std::vector{1, 2});
  CHECK_THROWS_AS(*results.begin(), scoop::TimeoutError);
  CHECK_THROWS_AS(std::move(results).get(), scoop::TimeoutError);
  gate.open();
  int sum = 0;
  CHECK(wait_until(
      [&] { return timeout_of([&] { sum = std::accumulate(results.begin(), results.end(), 0); }).empty(); }));
  CHECK(sum == 3);
  CHECK(futures::map({.timeout = 1h}, pass, std::views::iota(0, 3)).get() == std::vector{0, 1, 2});
  const Gate other;
  auto nothings = futures::map({.timeout = 0s}, hold_and_give_nothing, std::vector{other.file()});
  CHECK_THROWS_AS(nothings.get(), scoop::TimeoutError);
  other.open();
  CHECK(wait_until([&] { return timeout_of([&] { nothings.get(); }).empty(); }));
}

TEST_CASE("A time for many ends the wait for all of them, also where one worker does what is waited for") {
  const auto numbers = std::views::iota(0, too_many);
  for (const auto time : {20ms, 0ms, -1000ms}) {
    CAPTURE(time.count());
    auto results = futures::map({.timeout = time, .chunk_size = 1}, slow, numbers);
    CHECK_THROWS_AS(std::accumulate(results.begin(), results.end(), 0), scoop::TimeoutError);
    CHECK_THROWS_AS(std::move(results).get(), scoop::TimeoutError);
    results.cancel();
    auto completed = futures::map_as_completed({.timeout = time, .chunk_size = 1}, slow, numbers);
    CHECK_THROWS_AS(std::accumulate(completed.begin(), completed.end(), 0), scoop::TimeoutError);
    completed.cancel();
    auto nothings = futures::map({.timeout = time, .chunk_size = 1}, slow_nothing, numbers);
    CHECK_THROWS_AS(nothings.get(), scoop::TimeoutError);
    nothings.cancel();
    auto stream = futures::map({.timeout = time, .chunk_size = 1, .window = 100}, slow, std::views::iota(0));
    CHECK_THROWS_AS(std::accumulate(stream.begin(), stream.end(), 0), scoop::TimeoutError);

    std::vector<scoop::Future<int>> all;
    for (int i = 0; i < too_many; ++i) all.push_back(futures::submit(slow, i));
    CHECK(futures::wait(all, time).not_done.size() > 0);
    CHECK_THROWS_AS(([&] {
                      for (auto& future : futures::as_completed(all, time)) (void)future.done();
                    }()),
                    scoop::TimeoutError);
    for (auto& future : all) (void)future.cancel();
  }
}

TEST_CASE("A loop that only looks at many comes to them") {
  const auto numbers = std::views::iota(0, 20);
  std::vector<scoop::Future<int>> all;
  for (const int i : numbers) all.push_back(futures::submit(slow, i));
  CHECK(wait_until([&] { return futures::wait(all, 0s).not_done.empty(); }));
  auto stream = futures::map({.timeout = 0s, .chunk_size = 1, .window = 100}, slow_nothing,
                             numbers | std::views::filter([](int) { return true; }));
  CHECK(wait_until([&] { return timeout_of([&] { stream.get(); }).empty(); }));
  auto completed = futures::map_as_completed({.timeout = 0s}, slow, numbers);
  CHECK(wait_until(
      [&] { return timeout_of([&] { (void)std::accumulate(completed.begin(), completed.end(), 0); }).empty(); }));
}

TEST_CASE("Who goes on after the time is over comes to the end, also where one worker does what is waited for") {
  const auto numbers = std::views::iota(0, 50);
  const int sum = 50 * 49 / 2;
  for (const auto time : {1ms, 0ms}) {
    CAPTURE(time.count());
    auto results = futures::map({.timeout = time, .chunk_size = 1}, slow, numbers);
    CHECK(insist_on_sum(results) == sum);
    auto completed = futures::map_as_completed({.timeout = time, .chunk_size = 1}, slow, numbers);
    CHECK(insist_on_sum(completed) == sum);
    auto stream = futures::map({.timeout = time, .chunk_size = 1, .window = 7}, slow,
                               numbers | std::views::filter([](int) { return true; }));
    CHECK(insist_on_sum(stream) == sum);
    auto nothings = futures::map({.timeout = time, .chunk_size = 1}, slow_nothing, numbers);
    insist([&] { nothings.get(); });

    std::vector<scoop::Future<int>> all;
    for (const int x : numbers) all.push_back(futures::submit(slow, x));
    auto futures_completed = futures::as_completed(all, time);
    int found = 0;
    typename decltype(futures_completed)::iterator i, end = futures_completed.end();
    insist([&] { i = futures_completed.begin(); });
    for (; i != end; insist([&] { ++i; })) found += i->result();
    CHECK(found == sum);
  }
}

TEST_CASE("Who waits again and again for less than a millisecond gets on, while all workers do the same") {
  int x = 0;
  for (const int result : futures::map({.chunk_size = 1}, wait_shortly, std::views::iota(0, 8))) CHECK(result == x++);
}

TEST_CASE("What is waited for with a time is begun before what is newer, where one worker does all") {
  if (scoop::size() > 1) return;
  begun = 0;
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 20; ++i) all.push_back(futures::submit(count_begun, i));
  CHECK(all[0].result(1h) == 0);
  CHECK(begun == 1);
  futures::wait(all);
  begun = 0;
  auto stream = futures::map({.timeout = 1h, .chunk_size = 1, .window = 20}, count_begun, std::views::iota(0));
  CHECK(*stream.begin() == 0);
  CHECK(begun == 1);
}

TEST_CASE("get() after the time was over gives all, once") {
  std::vector<int> numbers(60);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::vector<std::string> expected;
  std::string text;
  for (const int x : numbers) {
    expected.push_back("the text of number " + std::to_string(x));
    text += std::to_string(x) + " ";
  }
  const scoop::Options options{.timeout = 5ms, .chunk_size = 1, .window = 7};
  const auto insist_on_all = [](auto results) {
    std::vector<std::string> all;
    insist([&] { all = std::move(results).get(); });
    return all;
  };
  CHECK(insist_on_all(futures::map(options, text_of, numbers)) == expected);
  auto completed = insist_on_all(futures::map_as_completed(options, text_of, numbers));
  std::ranges::sort(completed);
  auto sorted = expected;
  std::ranges::sort(sorted);
  CHECK(completed == sorted);
  std::istringstream once(text);
  CHECK(insist_on_all(futures::map(options, text_of, numbers_in(once))) == expected);
  std::istringstream again(text);
  auto failing = futures::map(options, fail_at_0, numbers_in(again));
  std::string what;
  insist([&] {
    try {
      failing.get();
    } catch (const std::out_of_range& error) {
      what = error.what();
    }
  });
  CHECK(what == "zero");
}

TEST_CASE("A loop that only asks for progress comes to the end") {
  auto sum = futures::mapReduce_async(slow, std::plus<>(), std::views::iota(0, 20));
  CHECK(wait_until([&] { return sum.progress().fraction() == 1; }));
  auto one = futures::submit(slow, 1);
  CHECK(wait_until([&] { return one.progress().done == 1; }));
}

TEST_CASE("Options give a mapReduce a time") {
  const Gate gate;
  const std::vector files{gate.file(), gate.file()};
  CHECK_THROWS_AS(futures::mapReduce({.timeout = 5ms}, held_once, std::plus<>(), files, std::vector{1, 2}),
                  scoop::TimeoutError);
  gate.open();
  CHECK(futures::mapReduce({.timeout = 1h}, held_once, std::plus<>(), files, std::vector{1, 2}) == 3);
}

TEST_CASE("Tasks wait with timeouts of their own") {
  const Gate gate;
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 4; ++i) all.push_back(futures::submit(impatient, gate.file(), 5));
  for (auto& each : all) CHECK(each.result() == 5);
  gate.open();
}

TEST_CASE("A task runs from the time on when it has left the queue until it is done") {
  const Gate gate;
  auto future = gate.submit_held(1);
  CHECK(wait_until([&] { return !future.done() && future.running(); }));
  CHECK(future.progress().done == 0);
  CHECK(future.progress().total == 1);
  gate.open();
  CHECK(future.result() == 1);
  CHECK_FALSE(future.running());
  CHECK(future.progress().fraction() == 1);
}

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <ranges>
#include <scoop/scoop.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/gate.hpp"
#include "support/sanitized.hpp"
#include "support/wait_until.hpp"

namespace futures = scoop::futures;
using namespace std::chrono_literals;
using scoop::Future;
using scoop::test::Gate;
using scoop::test::is_sanitized;
using scoop::test::let_others_until;
using scoop::test::pass;
using scoop::test::wait_until;

namespace {

int fail(int x) { throw std::invalid_argument(std::to_string(x)); }
void nothing() {}
int nap(int x) {
  std::this_thread::sleep_for(2ms);
  return x;
}

void add_callbacks(Future<int>& future, int count) {
  if (count > 0) future.add_done_callback([count](Future<int>& same) { add_callbacks(same, count - 1); });
}

std::vector<Future<int>> submit_many(int count) {
  std::vector<Future<int>> all;
  for (int i = 0; i < count; ++i) all.push_back(futures::submit(pass, i));
  return all;
}

/// A task that waits for its own tasks as they come.
int sum_as_completed(int count) {
  int sum = 0;
  for (auto& future : futures::as_completed(submit_many(count))) sum += future.result();
  return sum;
}

}  // namespace

TEST_CASE("as_completed gives the futures of a range as they are done") {
  const Gate gate;
  std::vector<Future<int>> all;
  all.push_back(gate.submit_held(0));
  all.push_back(futures::submit(pass, 1));
  all.push_back(futures::submit(fail, 2));
  auto completed = futures::as_completed(all);
  auto it = completed.begin();
  std::vector<Future<int>*> first{&*it, &*++it};
  std::ranges::sort(first);
  CHECK(first == std::vector{&all[1], &all[2]});
  gate.open();
  CHECK(&*++it == &all[0]);
  CHECK(it->result() == 0);
  CHECK((++it == completed.end()));
  CHECK(all[2].exception());
}

TEST_CASE("as_completed gives each future once, however many there are") {
  const int count = is_sanitized ? 2'000 : 50'000;
  auto all = submit_many(count);
  for (int i = 0; i < count; i += 3) CHECK(all[i].result() == i);  // some are done before
  std::vector<int> seen;
  for (auto& future : futures::as_completed(all)) seen.push_back(future.result());
  std::ranges::sort(seen);
  CHECK(std::ranges::equal(seen, std::views::iota(0, count)));
}

TEST_CASE("as_completed takes any range of futures") {
  std::list<Future<int>> list;
  for (int i = 0; i < 3; ++i) list.push_back(futures::submit(pass, i));
  CHECK(std::ranges::distance(futures::as_completed(list)) == 3);
  std::array<Future<void>, 2> array{futures::submit(nothing), futures::submit(nothing)};
  CHECK(std::ranges::distance(futures::as_completed(array)) == 2);
  auto vector = submit_many(4);
  CHECK(std::ranges::distance(futures::as_completed(std::span(vector).first(2))) == 2);
  CHECK(std::ranges::distance(futures::as_completed(vector | std::views::drop(1))) == 3);
  std::map<std::string, Future<int>> map;
  map.emplace("a", futures::submit(pass, 5));
  for (auto& future : futures::as_completed(map | std::views::values)) CHECK(future.result() == 5);
  std::vector<Future<int>> none;
  CHECK(std::ranges::distance(futures::as_completed(none)) == 0);
  CHECK(std::ranges::distance(futures::as_completed(submit_many(3))) == 3);
}

TEST_CASE("as_completed stops when its time is over, and can be begun anew") {
  const Gate gate;
  std::vector<Future<int>> all;
  all.push_back(futures::submit(pass, 1));
  all.push_back(gate.submit_held(2));
  CHECK(all[0].result() == 1);
  int seen = 0;
  std::string what;
  try {
    for (auto& future : futures::as_completed(all, 10ms)) seen += future.result();
  } catch (const scoop::TimeoutError& error) {
    what = error.what();
  }
  CHECK(seen == 1);
  CHECK(what.find("1 of 2 futures are not done after 0.01 s") != std::string::npos);
  gate.open();
  seen = 0;
  for (auto& future : futures::as_completed(all, 1min)) seen += future.result();
  CHECK(seen == 3);
}

TEST_CASE("as_completed can be broken off, and its futures dropped") {
  const Gate gate;
  std::vector<Future<int>> all = submit_many(10);
  for (int i = 0; i < 10; ++i) all.push_back(gate.submit_held(i));
  for (auto& future : futures::as_completed(all)) {
    (void)future.result();
    break;
  }
  all.resize(5);
  gate.open();
  CHECK(std::ranges::distance(futures::as_completed(all)) == 5);
}

TEST_CASE("as_completed is for tasks as well") {
  std::vector<Future<int>> all;
  for (int i = 0; i < 20; ++i) all.push_back(futures::submit(sum_as_completed, 50));
  for (auto& future : futures::as_completed(all)) CHECK(future.result() == 1225);
}

TEST_CASE("An empty future is refused where it is waited for") {
  std::vector<Future<int>> all(2);
  CHECK_THROWS_AS((void)futures::as_completed(all), scoop::Error);
  CHECK_THROWS_AS(futures::wait(all), scoop::Error);
}

TEST_CASE("wait tells the futures that are done from those that are not") {
  const Gate gate;
  std::vector<Future<int>> all;
  all.push_back(gate.submit_held(0));
  all.push_back(futures::submit(pass, 1));
  all.push_back(gate.submit_held(2));
  const auto first = futures::wait(all, futures::FIRST_COMPLETED);
  CHECK(first.done == std::vector{&all[1]});
  CHECK(first.not_done == std::vector{&all[0], &all[2]});
  const auto some = futures::wait(all, 5ms);
  CHECK(some.done == std::vector{&all[1]});
  const auto look = futures::wait(all, 0s, futures::ALL_COMPLETED);
  CHECK(look.not_done.size() == 2);
  gate.open();
  const auto both = futures::wait(all);
  CHECK(both.done == std::vector{&all[0], &all[1], &all[2]});
  CHECK(both.not_done.empty());
}

TEST_CASE("wait returns at the first exception") {
  const Gate gate;
  std::vector<Future<int>> all;
  all.push_back(futures::submit(pass, 0));
  all.push_back(gate.submit_held(1));
  all.push_back(futures::submit(fail, 2));
  const auto failed = futures::wait(all, futures::FIRST_EXCEPTION);
  CHECK(std::ranges::count(failed.done, &all[2]) == 1);
  CHECK(std::ranges::count(failed.not_done, &all[1]) == 1);
  gate.open();
  CHECK(all[2].exception());
  auto good = submit_many(10);
  CHECK(futures::wait(good, 1min, futures::FIRST_EXCEPTION).done.size() == 10);
  std::list<Future<int>> none;
  CHECK(futures::wait(none, futures::FIRST_COMPLETED).done.empty());
}

TEST_CASE("Callbacks are called when the task is done, in order") {
  const Gate gate;
  auto future = gate.submit_held(4);
  std::string calls;
  future.add_done_callback([&](Future<int>& done) { calls += "a" + std::to_string(done.result()); });
  future.add_done_callback([&, only_moved = std::make_unique<int>(7)] { calls += "b" + std::to_string(*only_moved); });
  CHECK(calls.empty());
  gate.open();
  CHECK(future.result() == 4);
  CHECK(calls == "a4b7");
  future.add_done_callback([&] { calls += "c"; });  // at once
  CHECK(calls == "a4b7c");
}

TEST_CASE("Callbacks are called though the future was dropped, and though the task threw") {
  int called = 0;
  bool has_error = false;
  futures::submit(pass, 1).add_done_callback([&](Future<int>& done) { called += done.result(); });
  futures::submit(fail, 1).add_done_callback([&](Future<int>& done) { has_error = done.exception() != nullptr; });
  CHECK(let_others_until([&] { return called == 1 && has_error; }));
}

TEST_CASE("A callback that throws is logged, and the others are called") {
  int called = 0;
  auto future = futures::submit(pass, 1);
  future.add_done_callback([] { throw std::runtime_error("thrown on purpose"); });
  future.add_done_callback([&] { ++called; });
  CHECK(future.result() == 1);
  CHECK(called == 1);
}

TEST_CASE("A callback may submit, wait, and add callbacks") {
  const Gate gate;
  int sum = 0;
  auto future = gate.submit_held(1);
  future.add_done_callback([&](Future<int>& done) {
    sum += futures::submit(sum_as_completed, 10).result();
    done.add_done_callback([&] { sum += 1000; });
    sum += done.result();
  });
  gate.open();
  CHECK(future.result() == 1);
  CHECK(let_others_until([&] { return sum == 1046; }));
}

TEST_CASE("Callbacks are called, and waits in them end, while the program joins one task after another") {
  if (scoop::size() == 1) return;  // the one worker runs the newest first, so the others are not even begun
  constexpr int count = 20;
  int called = 0;
  for (int i = 0; i < count; ++i) {
    futures::submit(nap, i).add_done_callback([&] {
      (void)futures::submit(nap, 1).result(1min);
      ++called;
    });
  }
  CHECK(wait_until([&] {
    (void)futures::submit(pass, 1).result();
    return called == count;
  }));
}

TEST_CASE("Very many callbacks may be inside each other") {
  auto future = futures::submit(pass, 5);
  CHECK(future.result() == 5);
  add_callbacks(future, 600);
  auto others = submit_many(50);  // in what would be the future's memory if it were lost
  futures::wait(others);
  CHECK(future.result() == 5);
}

TEST_CASE("Very many callbacks are called") {
  constexpr int count = 2'000;
  int called = 0;
  {
    auto one = futures::submit(pass, 1);
    for (int i = 0; i < count; ++i) one.add_done_callback([&] { ++called; });
    CHECK(one.result() == 1);
  }
  CHECK(called == count);
  auto all = submit_many(count);
  for (auto& future : all) future.add_done_callback([&](Future<int>& done) { called += done.result() >= 0 ? 1 : 0; });
  for (auto& future : all) (void)future.result();
  CHECK(called == 2 * count);
}

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <ranges>
#include <scoop/scoop.hpp>
#include <string>
#include <vector>

#include "api/gate.hpp"

namespace futures = scoop::futures;
using namespace std::chrono_literals;
using namespace scoop::test;

namespace {

/// Only the end of its process ends it.
int hang(const std::string& begun, int x) {
  std::ofstream(begun).flush();
  for (;;) ::usleep(1000);
  return x;
}
int squared(int x) { return x * x; }

/// As long as it takes; -1: longer than the test waits.
int poll_for_square(int x) {
  auto square = futures::submit({.kill = true}, squared, x);
  return wait_until([&] { return square.done(); }) ? square.result() : -1;
}
int retry_for_square(int x) {
  auto square = futures::submit({.timeout = 0s, .kill = true}, squared, x);
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    try {
      return square.result();
    } catch (const scoop::TimeoutError&) {
    }
  }
  return -1;
}

}  // namespace

// The first case, so that the other workers may not have come yet.
TEST_CASE("a task with kill leaves the origin free from the start") {
  if (scoop::size() == 1) return;
  const TempDir dir;
  auto hanging = futures::submit({.kill = true}, hang, dir / "begun", 1);
  CHECK_THROWS_AS(hanging.result(50ms), scoop::TimeoutError);
  CHECK(hanging.cancel());
}

TEST_CASE("a task that hangs is cancelled by the end of its worker, again and again, and nothing else is lost") {
  if (scoop::size() == 1) return;  // nobody else could run it
  const TempDir dir;
  for (int round = 0; round < 3; ++round) {
    const std::string begun = dir.path() / std::to_string(round);
    auto hanging = futures::submit({.retries = 0, .kill = true}, hang, begun, round);
    // With no retries, what the ended worker had besides must not count that end.
    std::vector<scoop::Future<int>> others;
    for (int i = 0; i < 50; ++i) others.push_back(futures::submit({.retries = 0}, squared, i));
    // Looking for it as a future would let the origin begin it, which nothing ends but the run.
    REQUIRE(wait_until([&] { return std::filesystem::exists(begun); }));
    CHECK(hanging.cancel());
    CHECK(hanging.cancelled());
    CHECK_THROWS_AS(hanging.result(), scoop::CancelledError);
    for (int i = 0; i < 50; ++i) CHECK(others[i].result() == i * i);
  }
}

TEST_CASE("a task with kill that is not cancelled gives its result, with any number of workers") {
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 20; ++i) all.push_back(futures::submit({.kill = true}, squared, i));
  for (int i = 0; i < 20; ++i) CHECK(all[i].result() == i * i);
  auto last = futures::submit({.timeout = 1min, .kill = true}, squared, 9);
  CHECK(last.result() == 81);
}

TEST_CASE("tasks with kill get on while all workers only look whether theirs is done") {
  int x = 0;
  for (const int square : futures::map({.chunk_size = 1}, poll_for_square, std::views::iota(0, 8)))
    CHECK(square == squared(x++));
  for (const int square : futures::map({.chunk_size = 1}, retry_for_square, std::views::iota(0, 8)))
    CHECK(square == squared(x++ - 8));
}

TEST_CASE("a task with kill that nobody has begun is cancelled as any other") {
  const Gate gate;
  std::vector<scoop::Future<int>> all;
  for (int i = 0; i < 30; ++i) all.push_back(futures::submit({.kill = true}, hold, gate.file(), i));
  for (auto& future : all) (void)future.cancel();
  gate.open();
  for (int i = 0; i < 30; ++i) {
    if (!all[i].cancelled()) CHECK(all[i].result() == i);
  }
}

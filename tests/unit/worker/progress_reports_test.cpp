#include "worker/runtime/progress_reports.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

const char* name() { return "map"; }
constexpr detail::TaskType map_type{detail::own_abi, 1, &name, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};

struct Bench {
  std::vector<control::MapProgress> sent;
  ProgressReports reports{[this](control::MapProgress progress) { sent.push_back(std::move(progress)); }};

  /// As the executor does when something of a node came.
  void finish(detail::RangeNode& node, std::uint64_t indices) {
    node.missing -= indices;
    reports.count(node);
    if (node.missing > 0 || !node.waiters) return;
    node.done = true;
    detail::Waiter* const waiter = std::exchange(node.waiters, nullptr);
    waiter->tell(waiter);
  }
};

}  // namespace

TEST_CASE("ProgressReports tells of the beginning, a few times a second of what is done, and of the end") {
  Bench bench;
  const auto line = bench.reports.begin("squares", 100, 1);
  const TimePoint begun = Clock::now();
  REQUIRE(bench.sent.size() == 1);
  CHECK(bench.sent[0].label == "squares");
  CHECK(bench.sent[0].done == 0);
  CHECK(bench.sent[0].total == 100);
  detail::RangeNode node(&map_type, 0, 100);
  bench.reports.watch(line, node, 100);
  bench.reports.end(line);  // by its caller; the node still counts
  CHECK_FALSE(bench.reports.is_pending());
  for (int i = 0; i < 50; ++i) {
    bench.finish(node, 1);
    bench.reports.on_tick(begun + 10ms * i);
  }
  // At 200 and 400 ms of half a second.
  REQUIRE(bench.sent.size() == 3);
  CHECK(bench.sent[1].done == 21);
  CHECK(bench.sent[2].done == 41);
  // The rest is told without anything more being done.
  REQUIRE(bench.reports.is_pending());
  bench.reports.on_tick(bench.reports.next_deadline());
  CHECK(bench.sent.back().done == 50);
  CHECK(bench.reports.next_deadline() == never);
  bench.finish(node, 50);
  CHECK(bench.sent.back().is_over);
  CHECK(bench.sent.back().done == 100);
  CHECK(bench.sent.size() == 5);
}

TEST_CASE("ProgressReports does not count what was cancelled") {
  Bench bench;
  const auto line = bench.reports.begin("cut short", 10, 1);
  detail::RangeNode node(&map_type, 0, 10);
  bench.reports.watch(line, node, 10);
  bench.reports.end(line);
  bench.finish(node, 3);
  node.cancelled_elements = 7;
  bench.finish(node, 7);
  CHECK(bench.sent.back().is_over);
  CHECK(bench.sent.back().done == 3);
}

TEST_CASE("ProgressReports counts the elements of blocks, over several passes, and ends with the last of them") {
  Bench bench;
  const auto line = bench.reports.begin("scan", 100, 2);
  detail::RangeNode first(&map_type, 0, 8);
  detail::RangeNode second(&map_type, 0, 7);
  bench.reports.watch(line, first, 100);
  bench.finish(first, 4);
  bench.reports.on_tick(Clock::now() + 1h);
  CHECK(bench.sent.back().done == 25);
  bench.finish(first, 4);
  CHECK_FALSE(bench.sent.back().is_over);
  bench.reports.watch(line, second, 100);
  bench.reports.end(line);
  bench.finish(second, 7);
  CHECK(bench.sent.back().is_over);
  CHECK(bench.sent.back().done == 100);
}

TEST_CASE("ProgressReports keeps lines apart") {
  Bench bench;
  const auto one = bench.reports.begin("one", 0, 1);
  const auto two = bench.reports.begin("two", 0, 1);
  CHECK(one != two);
  bench.reports.end(two);
  CHECK(bench.sent.back().map == two);
  CHECK(bench.sent.back().label == "two");
  bench.reports.end(one);
  CHECK(bench.sent.back().map == one);
}

TEST_CASE("ProgressReports makes any label one short line") {
  Bench bench;
  bench.reports.begin("a\x1b[2J\n\\\xff", 1, 1);
  CHECK(bench.sent.back().label == "a\\x1b[2J\\n\\\\\xff");
  bench.reports.begin(std::string(1'000'000, '\n'), 1, 1);
  CHECK(bench.sent.back().label.size() == 100);
  bench.reports.begin(std::string(1'000'000, '\x80'), 1, 1);
  CHECK(bench.sent.back().label.size() == 100);
}

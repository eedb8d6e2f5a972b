#include "worker/runtime/lending_table.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

constexpr WorkerId thief{0, 1, 1}, other{0, 2, 1};

LendingTable::Entry single(TaskHandle task, WorkerId holder) { return {task, {0, 1}, holder, 0, 1}; }
LendingTable::Entry range(TaskHandle task, Interval interval, WorkerId holder) {
  return {task, interval, holder, 0, 1};
}

}  // namespace

TEST_CASE("LendingTable takes a result only from its holder") {
  LendingTable table;
  auto attempt = table.lend(single(7, thief));
  CHECK_FALSE(table.accept(other, attempt, {0, 1}));
  CHECK(table.accept(thief, attempt, {0, 1})->task == TaskHandle{7});
  CHECK(table.size() == 0);
}

TEST_CASE("LendingTable takes a result once") {
  LendingTable table;
  auto attempt = table.lend(single(7, thief));
  CHECK(table.accept(thief, attempt, {0, 1}));
  CHECK_FALSE(table.accept(thief, attempt, {0, 1}));
}

TEST_CASE("LendingTable never uses an attempt again") {
  LendingTable table;
  auto first = table.lend(single(7, thief));
  table.accept(thief, first, {0, 1});
  auto second = table.lend(single(7, thief));
  CHECK(first != second);
  CHECK_FALSE(table.accept(thief, first, {0, 1}));
}

TEST_CASE("LendingTable takes results of a range only from its front") {
  LendingTable table;
  auto attempt = table.lend(range(7, {10, 20}, thief));
  CHECK_FALSE(table.accept(thief, attempt, {12, 14}));
  CHECK_FALSE(table.accept(thief, attempt, {9, 14}));
  CHECK_FALSE(table.accept(thief, attempt, {10, 21}));
  CHECK_FALSE(table.accept(thief, attempt, {10, 10}));
  CHECK(table.accept(thief, attempt, {10, 14}));
  CHECK_FALSE(table.accept(thief, attempt, {10, 14}));
  CHECK(table.accept(thief, attempt, {14, 20}));
  CHECK(table.size() == 0);
}

TEST_CASE("LendingTable takes a part back only from its end and its holder") {
  LendingTable table;
  auto attempt = table.lend(range(7, {10, 20}, thief));
  CHECK_FALSE(table.release(other, attempt, {15, 20}));
  CHECK_FALSE(table.release(thief, attempt, {12, 15}));
  CHECK_FALSE(table.release(thief, attempt, {20, 20}));
  auto released = table.release(thief, attempt, {15, 20});
  REQUIRE(released);
  CHECK(released->task == 7);
  CHECK(released->interval == Interval{15, 20});
  CHECK_FALSE(table.release(thief, attempt, {15, 20}));
  CHECK_FALSE(table.accept(thief, attempt, {10, 20}));
  CHECK(table.accept(thief, attempt, {10, 15}));
  CHECK(table.size() == 0);
}

TEST_CASE("LendingTable takes results and releases of one range in any order") {
  LendingTable table;
  auto attempt = table.lend(range(7, {0, 10}, thief));
  CHECK(table.release(thief, attempt, {8, 10}));
  CHECK(table.accept(thief, attempt, {0, 3}));
  CHECK(table.release(thief, attempt, {5, 8}));
  CHECK(table.accept(thief, attempt, {3, 5}));
  CHECK(table.size() == 0);
}

TEST_CASE("LendingTable gives back all that a lost worker held, oldest first, and no more takes its results") {
  LendingTable table;
  auto first = table.lend(single(1, thief));
  table.lend(single(2, other));
  auto third = table.lend(range(3, {0, 10}, thief));
  CHECK(table.accept(thief, third, {0, 4}));
  auto back = table.take_back(thief);
  REQUIRE(back.size() == 2);
  CHECK(back[0].task == 1);
  CHECK(back[1].task == 3);
  CHECK(back[1].interval == Interval{4, 10});
  CHECK_FALSE(table.accept(thief, first, {0, 1}));
  CHECK(table.size() == 1);
}

TEST_CASE("LendingTable names what others have, a task once") {
  LendingTable table;
  table.lend(range(3, {0, 5}, thief));
  const auto rest = table.lend(range(3, {5, 10}, other));
  table.lend(single(1, other));
  CHECK(table.tasks() == std::vector<TaskHandle>{1, 3});
  CHECK(table.accept(other, rest, {5, 10}));
  CHECK(table.tasks() == std::vector<TaskHandle>{1, 3});
}

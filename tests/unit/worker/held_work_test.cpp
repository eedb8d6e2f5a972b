#include "worker/runtime/held_work.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

const WorkerId owner{0, 0, 1};
const WorkerId other{0, 1, 1};

void add_single(HeldWork& held, Attempt attempt, WorkerId whose = owner) { held.add({whose, attempt, {0, 1}}, {}); }

}  // namespace

TEST_CASE("HeldWork gives the oldest to run and the newest to release") {
  HeldWork held;
  for (Attempt attempt = 1; attempt <= 4; ++attempt) add_single(held, attempt);
  CHECK(held.oldest()->task.attempt == 1);
  const auto taken = held.take_newest({});
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].attempt == 4);
  CHECK(taken[1].attempt == 3);
  CHECK(held.size() == 2);
}

TEST_CASE("HeldWork keeps its last task while the worker gets on") {
  HeldWork held;
  add_single(held, 1);
  CHECK(held.take_newest({}).empty());
  CHECK(held.take_newest({.last_too = true}).size() == 1);
  CHECK(held.oldest() == nullptr);
}

TEST_CASE("HeldWork releases the upper half of a range in progress") {
  HeldWork held;
  held.add({owner, 7, {100, 200}}, {});
  HeldWork::Entry* entry = held.oldest();
  entry->is_decoding = true;
  held.begin_chunk(*entry, 20);
  const auto taken = held.take_newest({});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].interval == Interval{160, 200});
  CHECK(entry->task.interval == Interval{100, 160});
  CHECK(entry->encoded == Interval{100, 200});  // a decoder that believed the rest would find too much
}

TEST_CASE("HeldWork releases all that has not begun of a stuck range") {
  HeldWork held;
  held.add({owner, 7, {100, 200}}, {});
  HeldWork::Entry* entry = held.oldest();
  entry->is_decoding = true;
  held.begin_chunk(*entry, 1);
  const auto taken = held.take_newest({.share = 1, .last_too = true});
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].interval == Interval{101, 200});
  CHECK_FALSE(entry->has_left());
  CHECK(held.size() == 0);
}

TEST_CASE("HeldWork drops what it holds for a lost owner and nothing else") {
  HeldWork held;
  add_single(held, 1);
  add_single(held, 1, other);
  add_single(held, 2);
  held.drop(owner);
  REQUIRE(held.size() == 1);
  CHECK(held.oldest()->task.owner == other);
}

TEST_CASE("HeldWork lets a range of a lost owner that has begun end by itself") {
  HeldWork held;
  held.add({owner, 1, {0, 10}}, {});
  HeldWork::Entry* entry = held.oldest();
  entry->is_decoding = true;
  held.begin_chunk(*entry, 4);
  held.drop(owner);
  CHECK(entry->task.interval.hi == 4);
  CHECK(held.size() == 0);
}

TEST_CASE("HeldWork gives up what has not begun of what is cancelled") {
  HeldWork held;
  add_single(held, 1);
  add_single(held, 2);
  held.add({owner, 3, {0, 10}}, {});
  CHECK_FALSE(held.cancel(other, 1));
  REQUIRE(held.cancel(owner, 1));
  CHECK_FALSE(held.cancel(owner, 1));
  CHECK(held.oldest()->task.attempt == 2);
  CHECK(held.elements() == 11);

  held.remove(held.oldest());
  HeldWork::Entry* range = held.oldest();
  range->is_decoding = true;
  held.begin_chunk(*range, 4);
  const auto cancelled = held.cancel(owner, 3);
  REQUIRE(cancelled);
  CHECK(cancelled->interval == Interval{4, 10});
  CHECK(range->task.interval == Interval{0, 4});
  CHECK(held.elements() == 0);
  CHECK_FALSE(held.cancel(owner, 3));  // all of it has begun
}

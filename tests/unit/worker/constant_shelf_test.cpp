#include "worker/daemon/constant_shelf.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

const control::ConstantKey key{"c", "a"};

template <class Message>
bool is(const std::pair<ConstantShelf::Slot, control::ToWorker>& answer, ConstantShelf::Slot slot) {
  return answer.first == slot && std::holds_alternative<Message>(answer.second);
}

}  // namespace

TEST_CASE("ConstantShelf gives what was put") {
  ConstantShelf shelf;
  const auto stored = shelf.on_put(0, key);
  REQUIRE(stored.size() == 1);
  CHECK(is<control::ConstantStored>(stored[0], 0));
  const auto given = shelf.on_take(1, key, true);
  REQUIRE(given.size() == 1);
  CHECK(is<control::ConstantGiven>(given[0], 1));
}

TEST_CASE("ConstantShelf has one worker pull for all that wait") {
  ConstantShelf shelf;
  const auto pull = shelf.on_take(1, key, true);
  REQUIRE(pull.size() == 1);
  CHECK(is<control::PullConstant>(pull[0], 1));
  CHECK(shelf.on_take(2, key, true).empty());
  CHECK(shelf.on_take(3, key, true).empty());
  const auto answers = shelf.on_put(1, key);
  REQUIRE(answers.size() == 3);
  CHECK(is<control::ConstantStored>(answers[0], 1));
  CHECK(is<control::ConstantGiven>(answers[1], 2));
  CHECK(is<control::ConstantGiven>(answers[2], 3));
}

TEST_CASE("ConstantShelf has another worker pull when the one that did has ended") {
  ConstantShelf shelf;
  shelf.on_take(1, key, true);
  shelf.on_take(2, key, true);
  shelf.on_take(3, key, true);
  CHECK(shelf.on_ended(2).empty());
  const auto pull = shelf.on_ended(1);
  REQUIRE(pull.size() == 1);
  CHECK(is<control::PullConstant>(pull[0], 3));
  CHECK(shelf.on_ended(3).empty());
  CHECK(is<control::PullConstant>(shelf.on_take(4, key, true).at(0), 4));
}

TEST_CASE("ConstantShelf refuses all that wait when a pull fails, and then tries anew") {
  ConstantShelf shelf;
  shelf.on_take(1, key, true);
  shelf.on_take(2, key, true);
  const auto answers = shelf.on_failed(1, key, "no room");
  REQUIRE(answers.size() == 2);
  CHECK(is<control::ConstantRefused>(answers[0], 1));
  CHECK(is<control::ConstantRefused>(answers[1], 2));
  CHECK(is<control::PullConstant>(shelf.on_take(2, key, true).at(0), 2));
}

TEST_CASE("ConstantShelf has nobody pull for a worker that asks on behalf of another host") {
  ConstantShelf shelf;
  CHECK(is<control::ConstantRefused>(shelf.on_take(1, key, false).at(0), 1));
}

TEST_CASE("ConstantShelf forgets what was set in vain, not what others put under that name") {
  ConstantShelf shelf;
  shelf.on_put(0, key);
  shelf.on_put(0, {"c", "b"});
  shelf.on_dropped({"c", "b"});
  CHECK(is<control::ConstantGiven>(shelf.on_take(1, key, true).at(0), 1));
  CHECK(is<control::ConstantRefused>(shelf.on_take(1, {"c", "b"}, false).at(0), 1));
}

#include "worker/runtime/peers.hpp"

#include <doctest/doctest.h>

#include "support/members.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

constexpr WorkerId w1{0, 1, 1}, w2{0, 2, 1};

}  // namespace

TEST_CASE("Peers are greeted once, when they are known") {
  Peers peers;
  CHECK_FALSE(peers.must_greet(w1));
  CHECK(peers.learn(member(w1)));
  CHECK(peers.must_greet(w1));
  CHECK_FALSE(peers.must_greet(w1));
  peers.learn(member(w1));
  CHECK_FALSE(peers.must_greet(w1));
}

TEST_CASE("Peers that are lost are never learnt again, whatever comes late") {
  Peers peers;
  peers.learn(member(w1));
  CHECK(peers.lose(lost(w1)));
  CHECK_FALSE(peers.lose(lost(w1)));
  CHECK_FALSE(peers.learn(member(w1)));
  CHECK(peers.find(w1) == nullptr);
  CHECK(peers.is_lost(w1));
  CHECK(peers.lost().size() == 1);
  CHECK(peers.lose(lost(w2)));
  CHECK_FALSE(peers.learn(member(w2)));
  CHECK(peers.size() == 0);
}

TEST_CASE("Peers counts those with whom the pool begins, until they came or were lost") {
  Peers peers(3);
  peers.learn(member({0, 0, 1}));
  CHECK(peers.takers() == 3);
  peers.learn(member(w1));
  CHECK(peers.takers() == 3);
  CHECK(peers.size() == 2);
  peers.lose(lost(w2));
  CHECK(peers.takers() == 2);
  peers.learn(member({0, 3, 1}));  // added later
  CHECK(peers.takers() == 3);
}

TEST_CASE("Peers counts those that take tasks, also where one is to leave that has not come yet") {
  constexpr WorkerId a{0, 1, 1}, b{0, 2, 1};
  Peers peers;
  peers.learn(member(a));
  peers.drain(b);
  CHECK(peers.takers() == 1);
  CHECK(peers.is_draining(b));
  peers.learn(member(b));
  CHECK(peers.size() == 2);
  CHECK(peers.takers() == 1);
  peers.lose(lost(b));
  CHECK_FALSE(peers.is_draining(b));
  peers.drain(b);
  CHECK_FALSE(peers.is_draining(b));
}

TEST_CASE("Peers count the place of one that was ended on purpose until another has taken it, or has failed to") {
  Peers peers;
  peers.learn({.id = {0, 0, 1}, .name = "w0", .addresses = {}});
  peers.learn({.id = {0, 1, 1}, .name = "w1", .addresses = {}});
  peers.lose({{0, 1, 1}, "w1", {.signal = 9, .is_wanted = true}});
  CHECK(peers.size() == 1);
  CHECK(peers.takers() == 2);
  peers.learn({.id = {0, 1, 2}, .name = "w1", .addresses = {}});
  CHECK(peers.takers() == 2);
  peers.lose({{0, 1, 2}, "w1", {.signal = 9, .is_wanted = true}});
  CHECK(peers.takers() == 2);
  peers.lose({{0, 1, 3}, "w1", {.status = 127}});  // was never started
  CHECK(peers.takers() == 1);

  Peers late;  // hears of the living first
  late.learn({.id = {0, 1, 2}, .name = "w1", .addresses = {}});
  late.lose({{0, 1, 1}, "w1", {.signal = 9, .is_wanted = true}});
  CHECK(late.takers() == 1);
}

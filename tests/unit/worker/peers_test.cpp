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

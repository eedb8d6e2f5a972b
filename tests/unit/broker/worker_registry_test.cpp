#include "broker/worker_registry.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"
#include "support/members.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId w0{0, 0, 1}, w1{0, 1, 1};

bool mentions(const Status& status, const std::string& text) {
  return !status && status.failure().message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("WorkerRegistry admits workers that are like the first") {
  WorkerRegistry registry(30s);
  ManualClock clock;
  CHECK(registry.admit(hello(w1), clock.now()));
  CHECK(registry.admit(hello(w0), clock.now()));
  REQUIRE(registry.members().size() == 2);
  CHECK(registry.members()[0].id == w0);
  CHECK(registry.find(w1)->name == "w1@h0");
}

TEST_CASE("WorkerRegistry refuses another protocol even in the first worker") {
  WorkerRegistry registry(30s);
  auto other = hello(w0);
  other.protocol = protocol_version + 1;
  CHECK(mentions(registry.admit(other, ManualClock().now()), "protocol 2"));
  CHECK(registry.size() == 0);
}

TEST_CASE("WorkerRegistry refuses another ABI and names both workers") {
  WorkerRegistry registry(30s);
  ManualClock clock;
  REQUIRE(registry.admit(hello(w0), clock.now()));
  auto other = hello(w1);
  other.abi = 7;
  auto refused = registry.admit(other, clock.now());
  CHECK(mentions(refused, "w1@h0 has scoop's ABI 7"));
  CHECK(mentions(refused, "w0@h0 ABI 1"));
}

TEST_CASE("WorkerRegistry refuses other code, as long and not as long a list of modules") {
  WorkerRegistry registry(30s);
  ManualClock clock;
  REQUIRE(registry.admit(hello(w0), clock.now()));
  auto other = hello(w1);
  other.modules = {11, 23};
  CHECK(mentions(registry.admit(other, clock.now()), "has not loaded the same code"));
  other.modules = {11};
  CHECK(mentions(registry.admit(other, clock.now()), "has loaded 1 modules"));
}

TEST_CASE("WorkerRegistry never admits a lost worker") {
  WorkerRegistry registry(30s);
  CHECK(registry.lose(lost(w0)));
  CHECK_FALSE(registry.lose(lost(w0)));
  CHECK(mentions(registry.admit(hello(w0), ManualClock().now()), "declared lost"));
  CHECK(registry.is_lost(w0));
}

TEST_CASE("WorkerRegistry knows who said nothing for too long") {
  WorkerRegistry registry(30s);
  ManualClock clock;
  REQUIRE(registry.admit(hello(w0), clock.now()));
  REQUIRE(registry.admit(hello(w1), clock.now()));
  clock.advance(20s);
  registry.heard_from(w1, clock.now());
  CHECK(registry.silent(clock.now()).empty());
  clock.advance(10s);
  auto silent = registry.silent(clock.now());
  REQUIRE(silent.size() == 1);
  CHECK(silent[0].id == w0);
  CHECK(silent[0].cause.text == "silent for 30 s, longer than --lost-after allows");
}

TEST_CASE("WorkerRegistry forgives what nobody listened to, but nothing beyond now") {
  WorkerRegistry registry(30s);
  ManualClock clock;
  REQUIRE(registry.admit(hello(w0), clock.now()));
  REQUIRE(registry.admit(hello(w1), clock.now()));
  clock.advance(100s);
  registry.heard_from(w1, clock.now());
  registry.forgive(90s, clock.now());
  CHECK(registry.silent(clock.now()).empty());
  clock.advance(20s);
  REQUIRE(registry.silent(clock.now()).size() == 1);
  CHECK(registry.silent(clock.now())[0].id == w0);
  CHECK(registry.silent(clock.advance(10s)).size() == 2);
}

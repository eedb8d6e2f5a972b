#include "common/transport/refusal_report.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

struct Bench {
  ManualClock clock;
  RefusedPeers refused;
  RefusalReport report;

  std::optional<std::string> after(Duration time) {
    clock.advance(time);
    return report.take(refused, clock.now());
  }
};

}  // namespace

TEST_CASE("RefusalReport says soon who was refused, once") {
  Bench bench;
  CHECK_FALSE(bench.after(1h));
  bench.refused = {1, "10.0.0.7:5000"};
  CHECK_FALSE(bench.after(0s));
  CHECK_FALSE(bench.after(999ms));
  CHECK(bench.after(1ms).value_or("") ==
        "A connection from 10.0.0.7:5000 was refused: it did not prove to be of this run. A stranger, or another run, "
        "who got nothing; this run goes on.");
  CHECK_FALSE(bench.after(1h));
}

TEST_CASE("RefusalReport says now and then how many more there were") {
  Bench bench;
  bench.refused = {1, "10.0.0.7:5000"};
  CHECK_FALSE(bench.after(0s));
  REQUIRE(bench.after(1s));
  bench.refused = {2, "10.0.0.8:5000"};
  CHECK_FALSE(bench.after(5s));
  bench.refused = {4, ""};
  CHECK_FALSE(bench.after(4999ms));
  CHECK(bench.after(1ms).value_or("").starts_with("3 connections were refused, the last from an unknown address: "));
  CHECK_FALSE(bench.after(1h));
}

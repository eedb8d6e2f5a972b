#include "common/transport/fault_injector.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace scoop {
namespace {

std::vector<bool> decisions(FaultInjector faults, int count = 1000) {
  std::vector<bool> made;
  for (int i = 0; i < count; ++i) {
    made.push_back(faults.drops_frame());
    made.push_back(faults.reopens_socket());
  }
  return made;
}

TEST_CASE("FaultInjector decides the same with the same seed") {
  CHECK(decisions(*FaultInjector::parse("7:0.3")) == decisions(*FaultInjector::parse("7:0.3")));
  CHECK(decisions(*FaultInjector::parse("7:0.3")) != decisions(*FaultInjector::parse("8:0.3")));
}

TEST_CASE("FaultInjector decides differently in each process") {
  const FaultInjector faults = *FaultInjector::parse("7:0.3");
  CHECK(decisions(faults.for_process(1)) == decisions(faults.for_process(1)));
  CHECK(decisions(faults.for_process(1)) != decisions(faults.for_process(2)));
}

TEST_CASE("FaultInjector drops about as many frames as its rate says") {
  FaultInjector faults = *FaultInjector::parse("1:0.05");
  int dropped = 0;
  for (int i = 0; i < 100'000; ++i) dropped += faults.drops_frame() ? 1 : 0;
  CHECK(dropped > 4'500);
  CHECK(dropped < 5'500);
}

TEST_CASE("FaultInjector does nothing unless asked to") {
  CHECK(decisions(FaultInjector{}) == std::vector<bool>(2000, false));
  CHECK(decisions(*FaultInjector::parse("5:0")) == std::vector<bool>(2000, false));
}

TEST_CASE("FaultInjector refuses what is not SEED:RATE") {
  for (const std::string text : {"", ":", "7", "7:", ":0.1", "7:1", "7:1.5", "7:-0.1", "-7:0.1", "7:0.1x", "x:0.1",
                                 "7:nan", "7:inf", "7 :0.1", "99999999999999999999:0.1"}) {
    CAPTURE(text);
    const auto parsed = FaultInjector::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.failure().message.find("got \"" + text + "\"") != std::string::npos);
  }
}

}  // namespace
}  // namespace scoop

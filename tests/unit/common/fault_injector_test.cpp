#include "common/transport/fault_injector.hpp"

#include <doctest/doctest.h>

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
  CHECK(decisions(FaultInjector(7, 0.3)) == decisions(FaultInjector(7, 0.3)));
  CHECK(decisions(FaultInjector(7, 0.3)) != decisions(FaultInjector(8, 0.3)));
}

TEST_CASE("FaultInjector decides differently in each process") {
  const FaultInjector faults(7, 0.3);
  CHECK(decisions(faults.for_process(1)) == decisions(faults.for_process(1)));
  CHECK(decisions(faults.for_process(1)) != decisions(faults.for_process(2)));
}

TEST_CASE("FaultInjector drops about as many frames as its rate says") {
  FaultInjector faults(1, 0.05);
  int dropped = 0;
  for (int i = 0; i < 100'000; ++i) dropped += faults.drops_frame() ? 1 : 0;
  CHECK(dropped > 4'500);
  CHECK(dropped < 5'500);
}

TEST_CASE("FaultInjector does nothing unless asked to") {
  CHECK(decisions(FaultInjector{}) == std::vector<bool>(2000, false));
  CHECK(decisions(FaultInjector(5, 0)) == std::vector<bool>(2000, false));
}

}  // namespace
}  // namespace scoop

#include "common/transport/routing_id.hpp"

#include <doctest/doctest.h>

namespace scoop {
namespace {

TEST_CASE("RoutingId names every worker and comes back") {
  for (const WorkerId id : {WorkerId{0, 0, 1}, WorkerId{1, 2, 3}, WorkerId{0xffff, 0xffff, 0xffffffff}}) {
    const std::string routing_id = to_routing_id(id);
    CHECK(routing_id.front() != '\0');
    CHECK(parse_routing_id(routing_id) == id);
  }
}

TEST_CASE("RoutingId refuses names that are no worker's") {
  CHECK_FALSE(parse_routing_id(""));
  CHECK_FALSE(parse_routing_id("w"));
  CHECK_FALSE(parse_routing_id("w1234567"));
  CHECK_FALSE(parse_routing_id("w123456789"));
  CHECK_FALSE(parse_routing_id("x" + to_routing_id({1, 2, 3}).substr(1)));
  CHECK_FALSE(parse_routing_id(to_routing_id(broker_id)));
}

}  // namespace
}  // namespace scoop

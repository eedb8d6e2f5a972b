#include "common/transport/run_keys.hpp"

#include <doctest/doctest.h>

#include <set>

namespace scoop {
namespace {

TEST_CASE("RunKeys of two runs have nothing in common") {
  std::set<std::string> seen;
  for (int run = 0; run < 2; ++run) {
    const auto keys = make_run_keys();
    REQUIRE(keys);
    for (const auto* key : {&keys->server_public, &keys->server_secret, &keys->client_public, &keys->client_secret}) {
      CHECK(key->size() == 40);
      seen.insert(*key);
    }
  }
  CHECK(seen.size() == 8);
}

}  // namespace
}  // namespace scoop

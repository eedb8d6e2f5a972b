#include "launcher/host_table.hpp"

#include <doctest/doctest.h>

using namespace scoop;

TEST_CASE("Hosts are listed with their workers, states and loads") {
  const std::vector<ShownHost> hosts{
      {0, "node1", true, {{{0, 0, 1}, "w0@node1", "running"}, {{0, 1, 1}, "w1@node1", "lost"}}},
      {1, "node77", false, {{{1, 0, 1}, "w2@node77", "draining"}, {{1, 1, 1}, "w3@node77", "starting"}}}};
  const std::vector<control::WorkerLoad> loads{{{0, 0, 1}, false}, {{1, 0, 1}, true}};
  CHECK(host_lines(hosts, loads) == std::vector<std::string>{"node1  1 worker, origin", "  w0@node1   running   busy",
                                                             "  w1@node1   lost", "node77  2 workers",
                                                             "  w2@node77  draining  idle", "  w3@node77  starting"});
}

TEST_CASE("A list of no hosts says so") { CHECK(host_lines({}, {}).size() == 1); }

// Hosts that join and leave while a program runs, over a false ssh that runs its command on this machine.
#include "integration/fleet.hpp"

#include <sstream>

using namespace scoop::test;

namespace {

using Words = Fleet::Words;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A host joins a run that began on this machine alone, takes part, and leaves without loss") {
  Fleet fleet({"-n", "2"});
  const auto added = fleet.ask({"add-host", "node7:2", "me@node8:1"});
  CAPTURE(added);
  CHECK(added.status == 0);
  CHECK(has(added.out, "node7 takes part with 2 worker(s).\n"));
  CHECK(has(added.out, "node8 takes part with 1 worker(s).\n"));
  CHECK(wait_until([&] { return fleet.tasks_of("node7") > 0 && fleet.tasks_of("node8") > 0; }));

  auto listed = fleet.ask({"hosts"});
  CAPTURE(listed);
  CHECK(listed.status == 0);
  CHECK(has(listed.out, "127.0.0.1  2 workers, origin\n"));
  CHECK(has(listed.out, "node7  2 workers\n"));
  CHECK(has(listed.out, "@node7      running"));
  CHECK(has(listed.out, "node8  1 worker\n"));

  const auto removed = fleet.ask({"remove-host", "node7", "me@node8"});
  CAPTURE(removed);
  CHECK(removed.status == 0);
  CHECK(has(removed.out, "node7 has left the run.\n"));
  CHECK(has(removed.out, "node8 has left the run.\n"));
  CHECK(fleet.pool().find("scoop-worker --host").size() == 1);

  const auto begun = fleet.tasks_of("node7");
  const auto here = fleet.tasks_of("127.0.0.1");
  CHECK(wait_until([&] { return fleet.tasks_of("127.0.0.1") > here + 50; }));
  CHECK(fleet.tasks_of("node7") == begun);
  CHECK_FALSE(has(fleet.ask({"hosts"}).out, "node7"));
  SUBCASE("for good") {}
  SUBCASE("and comes back") {
    CHECK(fleet.ask({"add-host", "node7:1"}).status == 0);
    CHECK(wait_until([&] { return fleet.tasks_of("node7") > begun; }));
  }
  fleet.finish();
}

TEST_CASE("A host that was there from the start leaves; the origin's cannot") {
  Fleet fleet({"--hosts", "node1:1,node2:2,node3:1"});
  CHECK(wait_until([&] { return fleet.tasks_of("node2") > 0; }));
  const auto kept = fleet.ask({"remove-host", "node1"});
  CHECK(kept.status == 1);
  CHECK(kept.err ==
        "scoop-launch: node1 cannot be removed: the origin, which runs main, is there; it ends with the run\n");
  CHECK(fleet.ask({"remove-host", "node2"}).status == 0);
  const auto again = fleet.ask({"remove-host", "node2"});
  CHECK(again.status == 1);
  CHECK(again.err == "scoop-launch: no host of this run is called node2; there are node1, node3\n");
  fleet.finish();
}

TEST_CASE("A host that is there or does not come is refused, and the run goes on") {
  Fleet fleet({"--hosts", "127.0.0.1:1,node2:1"});
  const auto twice = fleet.ask({"add-host", "node2:4"});
  CHECK(twice.status == 1);
  CHECK(has(twice.err, "node2 is in the run already"));
  const auto missing = fleet.ask({"add-host", "nowhere:1", "node3:1"});
  CAPTURE(missing);
  CHECK(missing.status == 1);
  CHECK(has(missing.err, "scoop-launch: nowhere"));
  CHECK(has(missing.out, "node3 takes part with 1 worker(s).\n"));
  CHECK(fleet.ask({"add-host", "--run", "19700101", "node4"}).status == 2);
  CHECK(fleet.ask({"add-host"}).status == 2);
  CHECK(wait_until([&] { return fleet.tasks_of("node3") > 0; }));
  CHECK(fleet.ask({"remove-host", "node3"}).status == 0);
}

TEST_CASE("Without a run there is nothing to join") {
  TempDir state;
  Command command{.argv = {SCOOP_LAUNCH, "add-host", "node7"}};
  command.env["XDG_STATE_HOME"] = state.path();
  const auto outcome = run(command);
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "scoop-launch: no run of yours is going on (scoop-launch runs lists those that have ended)\n");
}

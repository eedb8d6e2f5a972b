// Hosts and networks that fail for good, or for a while. What lives on does the work, and nothing stays anywhere.
#include <doctest/doctest.h>

#include "hosts/hosts_run.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

Command launch_away(const NamespaceHosts& hosts, const std::string& list, const std::string& end) {
  return launch(hosts, {"--hosts", list, AWAY_PLUGIN, "sleepers", end});
}

bool has_warned(const Process& process, const std::string& host) {
  return process.err().find("The daemon of " + host + " could not be heard for 9 s") != std::string::npos;
}

}  // namespace

TEST_CASE("Hosts that crash, freeze or are cut off for good are named, and others do their tasks") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts hosts({.hosts = 4});
  const Traces traces(hosts, {"h0", "h2", "h3", "h4"});
  Process process(launch_away(hosts, "h0:1,h1:1,h2:1,h3:1,h4:1", "go"));
  REQUIRE(wait_for_output(process, "at work: h0 h1 h2 h3 h4\n"));
  hosts.crash("h1");
  hosts.cut("h2");
  hosts.freeze("h3");
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string lost : {"h1", "h2", "h3"}) {
    CHECK_MESSAGE(wait_until([&] { return has_warned(process, lost); }), process.err());
  }
  let_go(hosts);
  const auto outcome = process.wait();
  CHECK_MESSAGE(outcome.out == "at work: h0 h1 h2 h3 h4\nall is right\n", outcome);
  CHECK_MESSAGE(outcome.status == 4, outcome);
  CHECK(std::chrono::steady_clock::now() - begin < 20s);

  REQUIRE(wait_until([&] { return std::chrono::steady_clock::now() - begin > 12s; }));
  hosts.thaw("h3");
  CHECK(traces.after_end() == "");
}

TEST_CASE("Hosts end by themselves what a launcher began whose host crashed or is cut off for good") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts crashing({.hosts = 2});
  NamespaceHosts cutting({.hosts = 2});
  const Traces traces_of_crash(crashing, {"h1", "h2"});
  const Traces traces_of_cut(cutting, {"h0", "h1", "h2"});
  Process crashed(launch_away(crashing, "h0:1,h1:1,h2:1", "wait"));
  Process cut(launch_away(cutting, "h1:1,h2:1", "wait"));
  REQUIRE(wait_for_output(crashed, "at work: h0 h1 h2\n"));
  REQUIRE(wait_for_output(cut, "at work: h1 h2\n"));
  crashing.crash("h0");
  cutting.cut("h0");
  CHECK(traces_of_crash.after_end() == "");
  CHECK(traces_of_cut.after_end() == "");
  const auto outcome = cut.wait();
  CHECK_MESSAGE(outcome.status == 125, outcome);
  CHECK_MESSAGE(has_warned(cut, "h1"), outcome);
}

TEST_CASE("A network that is cut for a moment costs nothing but time") {
  if (!NamespaceHosts::are_possible()) return;
  NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, {"h0", "h1", "h2"});
  Process process(launch_away(hosts, "h0:1,h1:1,h2:1", "go"));
  REQUIRE(wait_for_output(process, "at work: h0 h1 h2\n"));
  hosts.cut("h1");
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(wait_until([&] { return std::chrono::steady_clock::now() - begin > 2500ms; }));
  hosts.heal("h1");
  let_go(hosts);
  const auto outcome = process.wait();
  CHECK_MESSAGE(outcome.out == "at work: h0 h1 h2\nall is right\n", outcome);
  CHECK_MESSAGE(outcome.status == 4, outcome);
  CHECK_MESSAGE(!says(outcome, "WARNING"), outcome);
  CHECK_MESSAGE(!says(outcome, "ERROR"), outcome);
  CHECK(traces.after_end() == "");
}

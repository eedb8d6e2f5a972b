// Runs whose main is on another host: its streams, its end, and signals to the launcher.
#include <doctest/doctest.h>

#include "hosts/hosts_run.hpp"

using namespace scoop::test;

namespace {

Command launch_away(const NamespaceHosts& hosts, std::vector<std::string> act) {
  act.insert(act.begin(), {"-q", "--hosts", "h1:1,h2:1", ACTS_PLUGIN});
  return launch(hosts, std::move(act));
}

/// All bytes, no line at the end.
std::string odd_bytes(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < size; ++i) bytes.push_back(static_cast<char>(i * i / 7 + i));
  bytes.back() = '\0';
  return bytes;
}

}  // namespace

TEST_CASE("A main on another host has the launcher's input, output and exit status") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, {"h0", "h1", "h2"});
  auto command = launch_away(hosts, {"copy"});
  command.input = odd_bytes(1u << 20);
  const auto copied = run(command);
  CHECK(copied.out.size() == command.input.size());
  CHECK(copied.out == command.input);
  CHECK(copied.status == 0);
  CHECK_MESSAGE(copied.err.empty(), copied.err);

  const auto returned = run(launch_away(hosts, {"return", "77"}));
  CHECK_MESSAGE(returned.status == 77, returned);
  const auto killed = run(launch_away(hosts, {"raise", "9"}));
  CHECK_MESSAGE(killed.status == 128 + SIGKILL, killed);
  CHECK_MESSAGE(says(killed, "The origin was killed by signal 9"), killed);
  CHECK(traces.after_end() == "");
}

TEST_CASE("Signals to the launcher reach a main on another host") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, {"h0", "h1", "h2"});
  for (const int signal : {SIGINT, SIGTERM}) {
    Process process(launch_away(hosts, {"polite"}));
    REQUIRE(wait_for_output(process, "begun\n"));
    ::kill(-process.pid(), signal);
    const auto outcome = process.wait();
    CHECK_MESSAGE(outcome.status == 128 + signal, outcome);
    CHECK_MESSAGE(outcome.out == "begun\ncleaned\n", outcome);
  }
  Process deaf(launch_away(hosts, {"deaf"}));
  REQUIRE(wait_for_output(deaf, "begun\n"));
  deaf.signal(SIGTERM);
  CHECK(deaf.wait().status == 128 + SIGTERM);
  CHECK(traces.after_end() == "");
}

// A terminal that stops reading for longer than hosts may be silent.
#include <doctest/doctest.h>
#include <unistd.h>

#include <set>
#include <sstream>

#include "hosts/hosts_run.hpp"
#include "support/contents.hpp"
#include "support/sanitized.hpp"

using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr int line_count = 200'000;

/// "VmHWM:   1234 kB"
long peak_kilobytes(pid_t pid) {
  const auto status = contents("/proc/" + std::to_string(pid) + "/status");
  const auto at = status.find("VmHWM:");
  return at == std::string::npos ? -1 : std::stol(status.substr(at + 6));
}

bool is_whole(const std::string& line) {
  return line.starts_with("line ") && line.ends_with(" ends") && line.size() < 110 && line.rfind("line ") == 0;
}

}  // namespace

TEST_CASE("A reader that stops for 12 s loses nothing, and no host") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, {"h0", "h1", "h2"});
  // The pipe between the two stands full meanwhile.
  auto command = hosts.on("h0", {"sh", "-c", "\"$@\" | { read first; echo \"$first\"; read go </tmp/go; cat; }", "sh",
                                 SCOOP_LAUNCH, "--hosts", "h0:1,h1:1,h2:1", AWAY_PLUGIN, "lines"});
  REQUIRE(sh(hosts, "h0", "mkfifo /tmp/go").status == 0);
  command.limit = 60s;
  Process process(command);
  REQUIRE(wait_for_output(process, " ends\n"));
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(wait_until([&] { return std::chrono::steady_clock::now() - begin > 12s; }));
  REQUIRE(launchers(hosts).size() == 1);
  const auto peak = peak_kilobytes(launchers(hosts)[0]);
  CHECK(peak > 0);
  if (!is_sanitized) CHECK(peak < 64 << 10);
  REQUIRE(sh(hosts, "h0", "echo >/tmp/go").status == 0);
  const auto outcome = process.wait();
  CHECK(outcome.err.find("WARNING") == std::string::npos);
  CHECK_MESSAGE(outcome.err.find("ERROR") == std::string::npos, outcome.err);

  std::set<int> numbers;
  int broken = 0;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    if (line == "all is right") continue;
    if (is_whole(line)) {
      numbers.insert(std::stoi(line.substr(5)));
    } else {
      ++broken;
    }
  }
  CHECK(broken == 0);
  CHECK(numbers.size() == line_count);
}

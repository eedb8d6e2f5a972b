// --check: what it finds out of hosts, and what it says.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "integration/pool_run.hpp"
#include "ssh/false_ssh.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop::test;

namespace {

struct Line {
  std::vector<std::string> words;  // of the columns
  std::string problem;
};

/// The lines behind the heading.
std::vector<Line> lines_of(const Outcome& outcome) {
  constexpr std::size_t columns = 12;
  std::vector<Line> lines;
  std::istringstream text(outcome.out);
  for (std::string row; std::getline(text, row);) {
    Line line;
    std::istringstream words(row);
    for (std::string word; line.words.size() < columns && words >> word;) line.words.push_back(word);
    std::getline(words >> std::ws, line.problem);
    lines.push_back(std::move(line));
  }
  REQUIRE_MESSAGE(!lines.empty(), outcome);
  CHECK(lines[0].words == std::vector<std::string>{"host", "state", "machine", "glibc", "cores", "workers", "memory",
                                                   "free", "sent", "clock", "port", "plugin"});
  lines.erase(lines.begin());
  return lines;
}

Outcome check(const std::vector<std::string>& options, const std::string& program, Command command = {}) {
  std::vector<std::string> words{"--check"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(program);
  if (program == ACTS_PLUGIN) words.push_back("wait");  // which never returns
  PoolRun run(words, std::move(command));
  const auto outcome = run.wait();
  CHECK(run.leaves_nothing());
  return outcome;
}

std::vector<std::string> over(const FalseSsh& ssh, const std::string& hosts) {
  return {"--ssh-executable", ssh.executable(), "--hosts", hosts};
}

}  // namespace

TEST_CASE("--check: this machine alone is fit, and main is not called") {
  const auto outcome = check({"-n", "3"}, ACTS_PLUGIN);
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  const auto lines = lines_of(outcome);
  REQUIRE(lines.size() == 1);
  const auto& words = lines[0].words;
  REQUIRE(words.size() == 12);
  CHECK(words[0] == "127.0.0.1");
  CHECK(words[1] == "ok");
  CHECK(words[5] == "3");
  CHECK(words[8] == "local");
  CHECK(words[9].find("ms±") != std::string::npos);
  CHECK(words[10] == "-");
  CHECK(words[11] == "loads");
  CHECK(lines[0].problem.empty());
  CHECK(outcome.err.find("Deploying") == std::string::npos);
}

TEST_CASE("--check: a program that cannot be loaded is told with the reason") {
  const auto needy = check({}, NEEDY_PLUGIN);
  CHECK_MESSAGE(needy.status == 1, needy);
  auto lines = lines_of(needy);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].words[1] == "bad");
  CHECK(lines[0].words[11] == "fails");
  CHECK(
      lines[0].problem.ends_with("cannot be loaded: it needs libscoop_vanished.so, which is not found; install it or "
                                 "set LD_LIBRARY_PATH"));
  CHECK(needy.err.find("vanished") == std::string::npos);

  const auto other = check({}, OTHER_ABI_PLUGIN);
  CHECK_MESSAGE(other.status == 1, other);
  lines = lines_of(other);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].words[1] == "bad");
  CHECK_FALSE(lines[0].problem.empty());
}

TEST_CASE("--check: what a program does before main does not disturb") {
  const auto outcome = check({}, ACTS_PLUGIN, {.argv = {}, .env = {{"ACTS_CHATTER", "2"}}});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK(lines_of(outcome).size() == 1);
  CHECK(outcome.err.find("line 1 of ") != std::string::npos);

  const auto ends = check({}, ACTS_PLUGIN, {.argv = {}, .env = {{"ACTS_EARLY_EXIT", "1"}}});
  CHECK_MESSAGE(ends.status == 1, ends);
  const auto lines = lines_of(ends);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].problem ==
        "a worker ended with exit status 5 while it loaded the program; see what its static initialisers do");
}

TEST_CASE("--check: each host has its line, in order, and each failure its sentence") {
  const FalseSsh ssh;
  const auto outcome = check(over(ssh, "good:2,closed:2,localhost:2,astray:2"), ACTS_PLUGIN);
  CAPTURE(outcome);
  CHECK(outcome.status == 1);
  const auto lines = lines_of(outcome);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].words[0] == "good");
  CHECK(lines[0].words[1] == "ok");
  CHECK(lines[0].words[5] == "2");
  CHECK(lines[0].words[8] == "shared");
  CHECK(lines[0].words[10] == "reached");
  CHECK(lines[0].words[11] == "loads");
  CHECK(lines[1].words[0] == "closed");
  CHECK(lines[1].words[1] == "bad");
  CHECK(lines[1].words[2] == "-");
  CHECK(lines[1].problem.starts_with("closed: it does not let you in; "));
  CHECK(lines[2].words[0] == "localhost");
  CHECK(lines[2].words[1] == "ok");
  CHECK(lines[2].words[8] == "local");
  CHECK(lines[3].words[1] == "bad");
  CHECK(lines[3].words[10] == "unreached");
  CHECK(lines[3].words[11] == "loads");
  CHECK(lines[3].problem.starts_with("the launcher's machine cannot be reached at tcp://224.0.0.1:"));
}

TEST_CASE("--check: what was sent is told, and that there is nothing to send") {
  const FalseSsh ssh;
  const Command always{.argv = {}, .env = {{"SCOOP_ALWAYS_SHIP", "1"}}};
  auto lines = lines_of(check(over(ssh, "good"), ACTS_PLUGIN, always));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].words[8].ends_with("M"));
  lines = lines_of(check(over(ssh, "good"), ACTS_PLUGIN, always));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].words[8] == "nothing");
}

TEST_CASE("--check: a run of fewer workers leaves hosts without, and they are checked all the same") {
  const FalseSsh ssh;
  auto options = over(ssh, "good,other");
  options.insert(options.end(), {"-n", "1"});
  const auto outcome = check(options, ACTS_PLUGIN);
  CHECK_MESSAGE(outcome.status == 0, outcome);
  const auto lines = lines_of(outcome);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].words[5] == "1");
  CHECK(lines[1].words[5] == "0");
  CHECK(lines[1].words[11] == "loads");
}

TEST_CASE("--check: where no host comes there is a table, too") {
  const FalseSsh ssh;
  const auto outcome = check(over(ssh, "closed"), ACTS_PLUGIN);
  CHECK_MESSAGE(outcome.status == 1, outcome);
  CHECK(lines_of(outcome).size() == 1);
}

TEST_CASE("--check: wrong options are not a host's fault") {
  const auto outcome = check({"--wrap", "env", "--wrap-workers", "9", "-n", "1"}, ACTS_PLUGIN);
  CHECK_MESSAGE(outcome.status == 2, outcome);
  CHECK(outcome.out.empty());
}

TEST_CASE("--check: real hosts, good and broken") {
  if (!has_sshd()) return;
  SshHosts hosts({{"good"}, {"refused", SshHostKind::key_refused}, {"deaf", SshHostKind::deaf}});
  const auto file = hosts.host_file({"good 2", "refused", "deaf"});
  const auto outcome = check({"--ssh-executable", hosts.ssh(), "--hosts", file}, ACTS_PLUGIN);
  CAPTURE(outcome);
  CHECK(outcome.status == 1);
  const auto lines = lines_of(outcome);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].words[1] == "ok");
  CHECK(lines[1].problem.starts_with("refused: it does not let you in; "));
  CHECK(lines[2].problem.starts_with("deaf: no sshd listens there; "));
  CHECK(wait_until([&] { return hosts.processes("good").empty(); }));
}

// What the manual says of hosts that do not come is what the program says, word for word.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "integration/pool_run.hpp"
#include "support/contents.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop::test;

namespace {

const std::string manual_host = "node7";

/// The sentences of the chapter, without the host in front.
std::vector<std::string> sentences_of_manual() {
  const auto beginning = "    " + manual_host + ": ";
  std::vector<std::string> sentences;
  std::istringstream text(contents(SCOOP_SOURCE_DIR "/docs/hosts.md"));
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with(beginning)) sentences.push_back(line.substr(beginning.size()));
  }
  return sentences;
}

std::string for_host(std::string sentence, const std::string& host) {
  if (const auto place = sentence.find(manual_host); place != std::string::npos) {
    sentence.replace(place, manual_host.size(), host);
  }
  return sentence;
}

/// Gives the host "old" a C library that is older than what is sent.
std::string make_prolog(const TempDir& folder) {
  const auto path = folder / "prolog.sh";
  std::ofstream(path) << "if [ \"$SCOOP_TEST_HOST\" = old ]; then export LD_LIBRARY_PATH='" OLD_LIBC_FOLDER "'; fi\n";
  return path;
}

}  // namespace

TEST_CASE("The manual's five failures of hosts are told in its words, and the run goes on without these hosts") {
  if (!has_sshd()) return;
  const SshHosts hosts({{"good"},
                        {"refused", SshHostKind::key_refused},
                        {"unknown", SshHostKind::key_unknown},
                        {"deaf", SshHostKind::deaf},
                        {"old"}});
  const TempDir folder;
  const std::string nameless = "no..name";  // which no resolver needs to be asked for
  PoolRun run({"--ssh-executable", hosts.ssh(), "--prolog", make_prolog(folder), "--hosts",
               "good:1,refused,unknown,deaf,old," + nameless, ACTS_PLUGIN, "return", "7"});
  const auto outcome = run.wait();
  CHECK_MESSAGE(outcome.status == 7, outcome);

  const auto sentences = sentences_of_manual();
  const std::vector<std::string> failing{"refused", "unknown", nameless, "deaf", "old"};
  REQUIRE(sentences.size() == failing.size());
  for (std::size_t i = 0; i < failing.size(); ++i) {
    const auto told = failing[i] + ": " + for_host(sentences[i], failing[i]) + " (said: \"";
    CHECK_MESSAGE(outcome.err.find(told) != std::string::npos, "not told: " << told << "\n" << outcome);
  }
  CHECK(run.leaves_nothing());
  for (const std::string host : {"good", "old"}) {
    CHECK(wait_until([&] { return hosts.processes(host).empty(); }));
  }
}

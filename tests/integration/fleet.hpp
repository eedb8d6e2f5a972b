#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "integration/local_ssh.hpp"
#include "integration/pool_run.hpp"

namespace scoop::test {

/// A program that runs rounds of nested tasks until it is told to stop, and the commands about it.
class Fleet {
 public:
  using Words = std::vector<std::string>;

  /// `ssh`: to use; empty: a false one that runs its command on this machine.
  explicit Fleet(Words options, const std::string& ssh = {})
      : run_(words(std::move(options), ssh.empty() ? local_ssh(folder_) : ssh), command({})) {
    REQUIRE(wait_until([&] { return !workers().empty(); }));
  }

  Outcome ask(Words words) const {
    words.insert(words.begin(), SCOOP_LAUNCH);
    return run(command(std::move(words)));
  }
  /// By worker: how many tasks began there.
  std::map<std::string, int> workers() const {
    std::map<std::string, int> counts;
    for (const auto& [number, worker] : attempts()) ++counts[worker];
    return counts;
  }
  int tasks_of(const std::string& host) const {
    int sum = 0;
    for (const auto& [worker, count] : workers()) sum += worker.ends_with("@" + host) ? count : 0;
    return sum;
  }
  /// Ends the program: each result was right, and no task was begun twice or not at all.
  void finish() {
    std::ofstream(folder_.path() / "stop").close();
    const auto outcome = run_.wait();
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    const auto begun = attempts();
    CHECK(outcome.out == std::to_string(begun.size()) + " tasks\n");
    for (std::size_t i = 0; i < begun.size(); ++i) REQUIRE(begun[i].first == static_cast<long>(i));
    CHECK(outcome.err.find("WARNING") == std::string::npos);
    CHECK(outcome.err.find("ERROR") == std::string::npos);
    CHECK(run_.leaves_nothing());
  }
  PoolRun& pool() { return run_; }

 private:
  Words words(Words options, const std::string& ssh) const {
    options.insert(options.end(), {"--ssh-executable", ssh, ROUNDS_PLUGIN, folder_.path()});
    return options;
  }
  Command command(Words argv) const {
    Command command{.argv = std::move(argv)};
    command.env["XDG_STATE_HOME"] = folder_.path() / "state";
    return command;
  }
  /// Number and worker of each task that began, in the order of the numbers.
  std::vector<std::pair<long, std::string>> attempts() const {
    std::ifstream file(folder_.path() / "attempts");
    std::vector<std::pair<long, std::string>> all;
    std::pair<long, std::string> one;
    while (file >> one.first >> one.second) all.push_back(one);
    std::ranges::sort(all);
    return all;
  }

  TempDir folder_;
  PoolRun run_;
};

}  // namespace scoop::test

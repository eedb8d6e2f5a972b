#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop::test {

/// One `scoop-launch`, with a folder for its run directories that nobody else uses, so that leftovers can be seen.
class PoolRun {
 public:
  /// `words`: options, program and arguments.
  explicit PoolRun(std::vector<std::string> words, Command command = {})
      : process_(prepare(std::move(words), command)) {}

  Process& process() { return process_; }
  Outcome wait() { return process_.wait(); }
  bool wait_for_output(const std::string& text) {
    return wait_until([&] { return process_.out().find(text) != std::string::npos; });
  }

  /// Living processes whose command line has `part`.
  std::vector<pid_t> find(const std::string& part) const {
    auto family = process_.family();
    std::erase_if(family, [&](pid_t pid) { return command_line(pid).find(part) == std::string::npos; });
    return family;
  }

  /// Within the time that a killed run may take.
  bool leaves_nothing() const {
    return wait_until([&] { return process_.family().empty() && std::filesystem::is_empty(runtime_.path()); },
                      std::chrono::seconds(2));
  }
  const std::filesystem::path& runtime() const { return runtime_.path(); }

 private:
  Command prepare(std::vector<std::string> words, Command command) {
    words.insert(words.begin(), SCOOP_LAUNCH);
    command.argv = std::move(words);
    command.env["SCOOP_RUNTIME_DIR"] = runtime_.path();
    return command;
  }

  TempDir runtime_;
  Process process_;
};

}  // namespace scoop::test

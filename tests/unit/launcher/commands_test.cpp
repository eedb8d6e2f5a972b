#include "launcher/commands.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace scoop;

namespace {

std::string found(std::initializer_list<const char*> words) {
  std::vector<const char*> argv{"scoop-launch"};
  argv.insert(argv.end(), words);
  const auto* command = find_command(static_cast<int>(argv.size()), argv.data());
  return command == nullptr ? "" : std::string(command->name);
}

}  // namespace

TEST_CASE("A command is the first word, and only that") {
  CHECK(found({"logs"}) == "logs");
  CHECK(found({"add-host", "node7:2"}) == "add-host");
  CHECK(found({"remove-host", "node7"}) == "remove-host");
  CHECK(found({"hosts"}) == "hosts");
  CHECK(found({"host"}) == "");
  CHECK(found({"runs", "-x"}) == "runs");
  CHECK(found({}) == "");
  CHECK(found({"./logs"}) == "");
  CHECK(found({"-q", "logs"}) == "");
  CHECK(found({"--", "logs"}) == "");
  CHECK(found({"log"}) == "");
}

TEST_CASE("Every command is described on a line of its own") {
  const auto text = describe_commands();
  for (const auto& command : commands()) {
    CHECK(text.find("\n  " + std::string(command.name) + " ") != std::string::npos);
    CHECK(text.find(" " + std::string(command.purpose) + "\n") != std::string::npos);
  }
}

#include "launcher/log_choice.hpp"

#include <doctest/doctest.h>

using namespace scoop;

namespace {

bool takes(const char* process, const char* name) {
  const auto choice = parse_log_choice({}, process);
  REQUIRE(choice);
  return choice->takes({{}, LogLevel::info, name, ""});
}

}  // namespace

TEST_CASE("Processes are chosen by number, name, or what they are") {
  for (const auto* name : {"launcher", "broker", "w3@node7", "anything"}) {
    CHECK(parse_log_choice({}, {})->takes({{}, LogLevel::trace, name, ""}));
  }
  for (const auto* process : {"3", "w3", "w3@node7"}) {
    CHECK(takes(process, "w3@node7"));
    CHECK_FALSE(takes(process, "w33@node7"));
    CHECK_FALSE(takes(process, "w2@node7"));
    CHECK_FALSE(takes(process, "launcher"));
  }
  CHECK_FALSE(takes("w3@node7", "w3@node8"));
  CHECK(takes("broker", "broker"));
  CHECK(takes("daemon", "daemon@node7"));
  CHECK(takes("daemon", "daemon-node7"));
  CHECK(takes("daemon@node7", "daemon@node7"));
  CHECK_FALSE(takes("daemon@node7", "daemon@node8"));
}

TEST_CASE("Levels are chosen from the least that is shown") {
  const auto choice = parse_log_choice("warn", {});
  REQUIRE(choice);
  CHECK_FALSE(choice->takes({{}, LogLevel::info, "broker", ""}));
  CHECK(choice->takes({{}, LogLevel::warn, "broker", ""}));
  CHECK(choice->takes({{}, LogLevel::critical, "broker", ""}));
}

TEST_CASE("What cannot be a level or a process is refused") {
  for (const auto* level : {"", "loud", "INFO", "critical"}) {
    const auto choice = parse_log_choice(level, {});
    REQUIRE_FALSE(choice);
    CHECK(choice.failure().message ==
          "--level needs error, warn, info, debug or trace, got \"" + std::string(level) + "\"");
  }
  for (const auto* process : {"", "w", "x3", "node7", "w3x", "launchers", "-1"}) {
    const auto choice = parse_log_choice({}, process);
    REQUIRE_FALSE(choice);
    CHECK(choice.failure().message.ends_with(", got \"" + std::string(process) + "\""));
  }
}

TEST_CASE("Lines have the colours of their levels") {
  CHECK(coloured(LogLevel::error, "line\n") == "\x1b[31mline\x1b[0m\n");
  CHECK(coloured(LogLevel::warn, "line\n") == "\x1b[33mline\x1b[0m\n");
  CHECK(coloured(LogLevel::info, "line\n") == "line\n");
  CHECK(coloured(LogLevel::debug, "two\nlines") == "\x1b[2mtwo\nlines\x1b[0m");
}

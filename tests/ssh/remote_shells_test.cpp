#include <doctest/doctest.h>

#include "launcher/remote_command.hpp"
#include "ssh/shells.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;

namespace {

using Words = std::vector<std::string>;

/// Calls `check` with each shell that is here, and a home without start files of the user's.
template <class Check>
void for_each_shell(Check check) {
  const test::TempDir home;
  for (const auto& shell : test::login_shells()) {
    CAPTURE(shell);
    check([&](const std::string& command, const std::string& input) {
      return test::run({.argv = {shell, "-c", command}, .env = {{"HOME", home.path().string()}}, .input = input});
    });
  }
}

Words nasty_words() {
  Words words{"",    " ",     "a b",  "it's", "'", "''", "\\", "a\\",   "\\'",   "\\\\",  "\\n", "!",        "!!", "!$",
              "a!b", "$HOME", "`id`", "\"",   "*", "?",  "~",  "~root", "{a,b}", "%self", "=ls", "-n",       "#",  ";",
              "&",   "|",     "<",    ">",    "(", ")",  "^",  "$(id)", "%s",    "\ttab", "ä €", "\xff\xfe", "A=b"};
  std::string ascii;
  for (char c = 1; c < 0x7f; ++c) {
    if (c != '\n') ascii += c;
  }
  words.push_back(ascii);
  return words;
}

std::string shown(const Words& words) {
  std::string result;
  for (const auto& word : words) result += "<" + word + ">";
  return result;
}

}  // namespace

TEST_CASE("Every shell that is here passes every character on") {
  const auto words = nasty_words();
  const auto script = "printf '<%s>' " + quote_words(words);
  for_each_shell([&](const auto& run) {
    const auto outcome = run(command_for_any_shell(script), "");
    CHECK_MESSAGE(outcome.out == shown(words), outcome);
    CHECK_MESSAGE(outcome.err.empty(), outcome);
  });
}

TEST_CASE("Every shell that is here runs scripts of several lines, and leaves them standard input") {
  auto words = nasty_words();
  words.insert(words.end(), {"\n", "a\nb", "a\\\nb\n"});
  const auto script =
      "# it's a script\nprintf '<%s>' " + quote_words(words) + "\nif read -r line\nthen\n  cat\nfi\nexit 7\n";
  for_each_shell([&](const auto& run) {
    const auto outcome = run(command_for_any_shell(script), "first\nrest\n");
    CHECK_MESSAGE(outcome.out == shown(words) + "rest\n", outcome);
    CHECK_MESSAGE(outcome.status == 7, outcome);
    CHECK_MESSAGE(outcome.err.empty(), outcome);
  });
}

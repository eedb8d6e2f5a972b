#include "launcher/remote_command.hpp"

#include <doctest/doctest.h>

using namespace scoop;
using namespace std::chrono_literals;

using Words = std::vector<std::string>;

TEST_CASE("Words are quoted where they need it, in a way that all shells read alike") {
  CHECK(quote_word("/usr/bin/scoop-worker") == "/usr/bin/scoop-worker");
  CHECK(quote_word("me@node7:22,a+b_c.d") == "me@node7:22,a+b_c.d");
  CHECK(quote_word("") == "''");
  CHECK(quote_word("a b") == "'a b'");
  CHECK(quote_word("A=b") == "'A=b'");
  CHECK(quote_word("it's") == "'it'\\''s'");
  CHECK(quote_word("a\\b!") == "'a'\\\\'b'\\!");
  CHECK(quote_word("!'") == "\\!\\'");
  CHECK(quote_words({"scoop-worker", "--name", "a b"}) == "scoop-worker --name 'a b'");
  CHECK(quote_words({}) == "");
}

TEST_CASE("A script of one line is a word of /bin/sh; of several, one without line ends") {
  CHECK(command_for_any_shell("exec a 'b c'") == "exec /bin/sh -c 'exec a '\\''b c'\\'");
  CHECK(command_for_any_shell("a\\b\nc") == R"=(exec /bin/sh -c 'eval "$(printf %b "$1")"' sh 'a'\\\\'b'\\'nc')=");
}

TEST_CASE("ssh is told to ask nothing and to run one command") {
  CHECK(ssh_command({}, {"node7"}, "exec true") == Words{"ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30",
                                                         "node7", "--", "exec /bin/sh -c 'exec true'"});
  const SshSettings settings{"/opt/my ssh", 1500ms};
  CHECK(ssh_command(settings, {"::1", "me", 2222, 4}, "true") == Words{"/opt/my ssh", "-T", "-o", "BatchMode=yes", "-o",
                                                                       "ConnectTimeout=2", "-p", "2222", "me@::1", "--",
                                                                       "exec /bin/sh -c true"});
}

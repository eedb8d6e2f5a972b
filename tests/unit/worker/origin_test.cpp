#include "worker/runtime/origin.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace {

struct Ended {
  int status;
  std::string text;  // standard output and error
};

/// Runs `body` in a child, as main's return and exceptions end a process.
template <class Body>
Ended run(Body body) {
  int fds[2];
  REQUIRE(::pipe(fds) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGABRT, SIG_DFL);  // doctest catches it
    ::dup2(fds[1], 1);
    ::dup2(fds[1], 2);
    ::close(fds[0]);
    ::close(fds[1]);
    body();
    ::_exit(99);
  }
  ::close(fds[1]);
  Ended ended{0, {}};
  char block[4096];
  for (long count; (count = ::read(fds[0], block, sizeof block)) > 0;) {
    ended.text.append(block, static_cast<std::size_t>(count));
  }
  ::close(fds[0]);
  REQUIRE(::waitpid(child, &ended.status, 0) == child);
  return ended;
}

scoop::Plugin load(const char* path) {
  auto plugin = scoop::load_plugin(path);
  return plugin ? *plugin : scoop::Plugin{};
}

}  // namespace

TEST_CASE("call_main gives main its name and arguments, and exit flushes and destroys") {
  const auto ended = run([] { std::exit(scoop::call_main(load(PLAIN_PLUGIN).main, "./x.so", {"--help", "a b", ""})); });
  REQUIRE(WIFEXITED(ended.status));
  CHECK(WEXITSTATUS(ended.status) == 4);
  CHECK(ended.text == "[--help][a b][] of ./x.so\nlast words\n");
}

TEST_CASE("call_main says type and text of an exception that leaves main, and aborts") {
  const auto ended = run([] { std::exit(scoop::call_main(load(THROWER_PLUGIN).main, "./x.so", {})); });
  REQUIRE(WIFSIGNALED(ended.status));
  CHECK(WTERMSIG(ended.status) == SIGABRT);
  CHECK(ended.text.find("std::runtime_error") != std::string::npos);
  CHECK(ended.text.find("nobody catches this") != std::string::npos);
}

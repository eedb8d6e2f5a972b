// Real processes: starting them, what they inherit, and ending all of them.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "common/process/process_tree.hpp"
#include "common/process/signals.hpp"
#include "common/process/spawn.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

using namespace scoop;
using scoop::test::TempDir;
using scoop::test::wait_until;

namespace {

struct Ran {
  int status;
  std::string out;
};

/// Runs a shell command to its end.
Ran shell(SpawnRequest request, const std::string& command) {
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  request.program = "/bin/sh";
  request.arguments = {"-c", command};
  request.redirected.emplace_back(fds[1], 1);
  const auto pid = spawn(request);
  ::close(fds[1]);
  REQUIRE(pid);
  Ran ran{0, {}};
  char block[4096];
  for (long count; (count = ::read(fds[0], block, sizeof block)) > 0;) {
    ran.out.append(block, static_cast<std::size_t>(count));
  }
  ::close(fds[0]);
  REQUIRE(::waitpid(*pid, &ran.status, 0) == *pid);
  return ran;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// In a child of its own, since it changes what a process is; 0 is success.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("spawn starts a program with its arguments and environment, in a group of its own") {
  SpawnRequest request;
  request.environment = {"WORD=a b"};
  const auto ran = shell(request, "echo \"$WORD\"; test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo alone");
  CHECK(ran.out == "a b\nalone\n");
  request.process_group = ::getpgrp();
  CHECK(shell(request, "cut -d' ' -f5 /proc/$$/stat").out == std::to_string(::getpgrp()) + "\n");
}

TEST_CASE("spawn tells what exec says") {
  SpawnRequest request;
  request.program = "/no/such/program";
  const auto pid = spawn(request);
  REQUIRE_FALSE(pid);
  CHECK(pid.failure().message == "/no/such/program cannot be started: No such file or directory");
}

TEST_CASE("spawn leaves close-on-exec descriptors behind, unless they are named") {
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  const UniqueFd one(fds[0]);
  const UniqueFd two(fds[1]);
  SpawnRequest request;
  const auto look = "test -e /proc/self/fd/" + std::to_string(one.get()) + " && echo there";
  CHECK(shell(request, look).out == "");
  request.inherited = {one.get()};
  CHECK(shell(request, look).out == "there\n");
  CHECK((::fcntl(one.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("spawn gives the child the signals that this process had at its start") {
  CHECK(in_child([] {
          ::signal(SIGHUP, SIG_IGN);  // as nohup does
          const SignalFd signals({SIGCHLD, SIGTERM, SIGHUP});
          ignore_broken_pipes();
          SpawnRequest request;
          request.program = "/bin/sh";
          request.arguments = {"-c",
                               "grep -q '^SigBlk:.0*$' /proc/self/status && "
                               "grep -q '^SigIgn:.0*1$' /proc/self/status"};
          const auto pid = spawn(request);
          int status = -1;
          if (!pid || ::waitpid(*pid, &status, 0) != *pid) return 2;
          return status == 0 ? 0 : 1;
        }) == 0);
}

TEST_CASE("SignalFd leaves alone what is ignored, and tells the number of the rest") {
  CHECK(in_child([] {
          ::signal(SIGINT, SIG_IGN);
          SignalFd signals({SIGINT, SIGTERM});
          ::raise(SIGINT);
          ::raise(SIGTERM);
          const auto events = signals.take();
          return events.size() == 1 && events[0].number == SIGTERM && !events[0].from_terminal ? 0 : 1;
        }) == 0);
}

TEST_CASE("A spawned process dies with its parent, if it is told to") {
  const TempDir folder;
  const auto note = folder / "pid";
  adopt_orphans();
  CHECK(in_child([&] {
          SpawnRequest request;
          request.program = "/bin/sleep";
          request.arguments = {"1000"};
          const auto pid = spawn(request);
          if (!pid) return 1;
          std::ofstream(note) << *pid;
          return 0;
        }) == 0);
  const pid_t orphan = std::stoi(read_file(note));
  int status = 0;
  CHECK(wait_until([&] { return ::waitpid(orphan, &status, WNOHANG) == orphan; }));
  CHECK(WIFSIGNALED(status));
}

TEST_CASE("kill_descendants ends children, grandchildren, and those that fled into sessions of their own") {
  const TempDir folder;
  CHECK(in_child([&] {
          adopt_orphans();
          SpawnRequest request;
          request.environment = own_environment();
          request.program = "/bin/sh";
          const auto note = folder / "note";
          request.arguments = {"-c", "(echo >>" + note + "; exec sleep 1000) & (setsid sh -c 'echo >>" + note +
                                         "; exec sleep 1000' &) ; (trap '' TERM; echo >>" + note +
                                         "; sleep 1000; true) & wait"};
          if (!spawn(request)) return 1;
          if (!wait_until([&] { return read_file(note) == "\n\n\n"; })) return 2;
          if (!kill_descendants({}, std::chrono::seconds(5))) return 3;
          return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? 0 : 4;
        }) == 0);
}

TEST_CASE("kill_descendants spares children from before") {
  CHECK(in_child([] {
          adopt_orphans();
          SpawnRequest request;
          request.program = "/bin/sleep";
          request.arguments = {"1000"};
          const auto old = spawn(request);
          const auto spared = own_children();
          if (!old || spared.size() != 1 || !spared.contains(*old)) return 1;
          for (int i = 0; i < 50; ++i) {  // often: a child may die between two looks at it
            const auto young = spawn(request);
            if (!young || !kill_descendants(spared, std::chrono::seconds(5))) return 2;
            if (::kill(*young, 0) == 0) return 3;  // not even a zombie is left
            if (::kill(*old, 0) != 0) return 4;
          }
          ::kill(*old, SIGKILL);
          return 0;
        }) == 0);
}

TEST_CASE("kill_those_with ends what has a variable and exactly that value, wherever it fled") {
  const TempDir folder;
  CHECK(in_child([&] {
          const auto note = folder / "note";
          SpawnRequest request;
          request.environment = own_environment();
          request.environment.emplace_back("mark=" + folder.path().string() + "1");
          request.program = "/bin/sh";
          request.arguments = {"-c", "echo >>" + note + "; exec sleep 1000"};
          const auto other = spawn(request);
          request.environment.back().pop_back();
          request.arguments = {
              "-c", "setsid sh -c 'echo >>" + note + "; exec sleep 1000' & echo >>" + note + "; exec sleep 1000"};
          const auto leader = spawn(request);
          if (!other || !leader || !wait_until([&] { return read_file(note) == "\n\n\n"; })) return 1;
          if (!kill_those_with(request.environment.back(), std::chrono::seconds(5))) return 2;
          int status = 0;
          if (::waitpid(*leader, &status, 0) != *leader || !WIFSIGNALED(status)) return 3;
          if (::kill(*other, 0) != 0 || ::waitpid(*other, nullptr, WNOHANG) != 0) return 4;
          ::kill(*other, SIGKILL);
          return 0;
        }) == 0);
}

// What --path, --prolog, --env, --nice and --tag-output do to workers, here and on other hosts.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "integration/pool_run.hpp"
#include "ssh/false_ssh.hpp"

using namespace scoop::test;

namespace {

/// The origin alone, on that host.
Outcome run_on(const FalseSsh& ssh, const std::string& host, std::vector<std::string> options, const char* act) {
  std::vector<std::string> words{"-q", "--ssh-executable", ssh.executable(), "--hosts", host, "-n", "1"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {ACTS_PLUGIN, act});
  PoolRun run(words);
  const auto outcome = run.wait();
  CHECK(run.leaves_nothing());
  return outcome;
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("A worker begins where and with what the options say, here and on another host") {
  const FalseSsh ssh;
  const TempDir folder;
  const auto place = std::filesystem::canonical(folder.path()).string();
  write_file(folder / "prolog", "echo of the prolog; set -- a b; export ACTS_PROLOG=ran; false\n");
  const int nice = ::getpriority(PRIO_PROCESS, 0);
  for (const std::string host : {"localhost", "other"}) {
    CAPTURE(host);
    const auto outcome = run_on(
        ssh, host,
        {"--path", place, "--prolog", folder / "prolog", "--env", "ACTS_WORD=a b", "--nice", "2", "--tag-output"},
        "place");
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "[w0@" + host + "] " + place + ", nice " + std::to_string(std::min(nice + 2, 19)) +
                             ", word a b, prolog ran\n");
  }
}

TEST_CASE("Without options, a worker begins in the launcher's folder") {
  const FalseSsh ssh;
  for (const std::string host : {"localhost", "other"}) {
    CAPTURE(host);
    const auto outcome = run_on(ssh, host, {}, "place");
    CAPTURE(outcome);
    CHECK(outcome.out.starts_with(std::filesystem::current_path().string() + ", nice "));
    CHECK(outcome.out.ends_with(", word none, prolog none\n"));
  }
}

TEST_CASE("Launched from a folder that was removed, workers begin in the home") {
  const FalseSsh ssh;
  const TempDir folder;
  const auto outcome = run({.argv = {"/bin/sh", "-c", "rmdir \"$PWD\" && exec \"$@\"", "sh", SCOOP_LAUNCH,
                                     "--ssh-executable", ssh.executable(), "--hosts", "other:1", ACTS_PLUGIN, "place"},
                            .directory = folder.path()});
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with(ssh.home("other") + ", nice "));
  CHECK(outcome.err.find("The folder of this launch is gone: its workers begin in the home, ") != std::string::npos);
}

TEST_CASE("An address that is none of this machine's is told in one sentence") {
  const FalseSsh ssh;
  const auto outcome = run_on(ssh, "other", {"--address", "192.0.2.1"}, "place");
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "scoop-launch: The broker cannot listen on 192.0.2.1: it is no address of this machine.\n");
}

TEST_CASE("A host whose login shell writes without end is given up after the time that was given") {
  const FalseSsh ssh;
  const auto outcome = run_on(ssh, "babbling", {"--connect-timeout", "1s"}, "place");
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.err.starts_with("scoop-launch: babbling: it was not ready after "));
}

TEST_CASE("A folder that is not there keeps main from running, in one sentence") {
  const FalseSsh ssh;
  const auto here = run_on(ssh, "localhost", {"--path", "/nowhere/at all"}, "place");
  CAPTURE(here);
  CHECK(here.status == 2);
  CHECK(here.out.empty());
  CHECK(here.err.find("the working folder /nowhere/at all cannot be entered on localhost: No such file or directory; "
                      "make it there, or name another one with --path\n") != std::string::npos);
  CHECK(std::ranges::count(here.err, '\n') == 1);
  const auto a_file = run_on(ssh, "localhost", {"--path", ACTS_PLUGIN}, "place");
  CHECK_MESSAGE(a_file.err.find("cannot be entered on localhost: Not a directory; ") != std::string::npos, a_file);

  const auto there = run_on(ssh, "other", {"--path", "/nowhere/at all"}, "place");
  CAPTURE(there);
  CHECK(there.status == 2);
  CHECK(there.out.empty());
}

TEST_CASE("A prolog may change the folder: the program is the launcher's") {
  const FalseSsh ssh;
  const TempDir folder;
  write_file(folder / "prolog", "cd /\n");
  const auto plugin = std::filesystem::path(ACTS_PLUGIN);
  for (const std::string host : {"localhost:1", "other:1"}) {
    CAPTURE(host);
    const auto outcome = run({.argv = {SCOOP_LAUNCH, "-q", "--ssh-executable", ssh.executable(), "--hosts", host,
                                       "--prolog", folder / "prolog", "./" + plugin.filename().string(), "place"},
                              .directory = plugin.parent_path()});
    CAPTURE(outcome);
    CHECK(outcome.out.starts_with("/, nice "));
  }
}

TEST_CASE("A prolog that exits keeps main from running, and its status is told") {
  const FalseSsh ssh;
  const TempDir folder;
  for (const std::string status : {"0", "3"}) {
    write_file(folder / "prolog", "exit " + status + "\n");
    for (const std::string host : {"localhost", "other"}) {
      CAPTURE(host);
      PoolRun run(
          {"--ssh-executable", ssh.executable(), "--hosts", host, "--prolog", folder / "prolog", ACTS_PLUGIN, "place"});
      const auto outcome = run.wait();
      CAPTURE(outcome);
      CHECK(outcome.status == 2);
      CHECK(outcome.out.empty());
      CHECK(outcome.err.find(host + ": its prolog ended ") != std::string::npos);
      CHECK(outcome.err.find(" status " + status) != std::string::npos);
      CHECK(outcome.err.find(" before anything began; let the script of --prolog come to its end") !=
            std::string::npos);
      CHECK(run.leaves_nothing());
    }
  }
}

TEST_CASE("A host whose prolog exits does without, the others run") {
  const FalseSsh ssh;
  const TempDir folder;
  write_file(folder / "prolog", "case $HOME in */other) ;; *) exit 3 ;; esac\n");
  PoolRun run({"--ssh-executable", ssh.executable(), "--hosts", "other:1,localhost:1", "--prolog", folder / "prolog",
               ACTS_PLUGIN, "place"});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.find("localhost: its prolog ended with exit status 3 before anything began; ") !=
        std::string::npos);
  CHECK(outcome.err.find("1 of 2 hosts did not come; the run goes on with the others.") != std::string::npos);
  CHECK(run.leaves_nothing());
}

TEST_CASE("Ctrl-C ends a run whose prolog does not come to its end") {
  const TempDir folder;
  write_file(folder / "prolog", "echo begun >&2; exec sleep 1000\n");
  PoolRun run({"--prolog", folder / "prolog", ACTS_PLUGIN, "place"});
  REQUIRE(wait_until([&] { return run.process().err().find("begun") != std::string::npos; }));
  run.process().signal(SIGINT);
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 128 + SIGINT);
  CHECK(run.leaves_nothing());
}

TEST_CASE("A host from which no way leads to the launcher's machine does without, the others run") {
  const FalseSsh ssh;
  const std::vector<std::string> words{
      "--ssh-executable", ssh.executable(), "--hosts", "localhost:1,good:1,astray:2", ACTS_PLUGIN, "wait"};
  PoolRun run(words);
  REQUIRE(wait_until([&] { return run.process().err().find("goes on without this host") != std::string::npos; }));
  CHECK(wait_until([&] { return processes_with("HOME=" + ssh.home("astray")).empty(); }));
  run.process().signal(SIGINT);
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.err.find("astray: the launcher's machine cannot be reached at tcp://224.0.0.1:") != std::string::npos);
  CHECK(outcome.err.find(": Network is unreachable; name another address of it with --address or --interface, or with "
                         "--port a port that its firewall lets through; the run goes on without this host.\n") !=
        std::string::npos);
  CHECK(outcome.err.find("tasks go to other workers") == std::string::npos);
  CHECK(run.leaves_nothing());
}

TEST_CASE("Where the origin's host finds no way, there is no run") {
  const FalseSsh ssh;
  PoolRun run({"--ssh-executable", ssh.executable(), "--hosts", "astray:1,good:1", ACTS_PLUGIN, "place"});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("the launcher's machine cannot be reached at tcp://224.0.0.1:") != std::string::npos);
  CHECK(run.leaves_nothing());
}

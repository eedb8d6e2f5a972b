// However a run over hosts ends, nothing of it stays on any of them.
#include <doctest/doctest.h>

#include <functional>

#include "hosts/hosts_run.hpp"

using namespace scoop::test;

namespace {

const std::vector<std::string> all{"h0", "h1", "h2"};

Command launch_away(const NamespaceHosts& hosts, const std::string& list, const std::string& deed,
                    const std::string& end) {
  return launch(hosts, {"--hosts", list, AWAY_PLUGIN, deed, end});
}

struct Loss {
  std::string what;
  std::function<void()> cause;
  std::string warning;
};

/// The workers of a host, without its daemon.
std::vector<pid_t> workers(const NamespaceHosts& hosts, const std::string& host) {
  auto found = find(hosts, host, "scoop-worker");
  std::erase_if(found, [](pid_t pid) { return command_line(pid).find("--host") != std::string::npos; });
  return found;
}

/// Its sessions: what takes new connections stays.
void kill_sshd(const NamespaceHosts& hosts, const std::string& host) {
  const auto killed = sh(hosts, host,
                         "for one in /proc/[0-9]*; do case $(tr '\\0' ' ' <$one/cmdline) in *listener*) ;; "
                         "'sshd: '*) kill -9 ${one#/proc/} ;; esac; done");
  REQUIRE_MESSAGE(killed.status == 0, killed);
}

}  // namespace

TEST_CASE("What tasks started ends with the run") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, all);
  for (const std::string end : {"return", "exit"}) {
    const auto outcome = run(launch_away(hosts, "h0:1,h1:2,h2:1", "sleepers", end));
    CHECK_MESSAGE(outcome.out == "at work: h0 h1 h2\nall is right\n", outcome);
    CHECK(traces.after_end() == "");
  }
}

TEST_CASE("With a launcher that is killed, all ends on all hosts") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, all);
  for (const std::string list : {"h0:1,h1:1,h2:1", "h1:1,h2:1"}) {
    Process process(launch_away(hosts, list, "sleepers", "wait"));
    REQUIRE(wait_for_output(process, "at work:"));
    kill_all(launchers(hosts));
    CHECK(traces.after_end() == "");
  }
}

TEST_CASE("A run goes on without a worker or a host that is lost, and nothing stays there") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const std::vector<Loss> losses{
      {"a worker", [&] { kill_all(workers(hosts, "h1")); }, "w1@h1 was killed by signal 9"},
      {"a daemon", [&] { kill_all(find(hosts, "h1", "scoop-worker --host")); },
       "The daemon of h1 was killed by signal 9 (Killed)"},
      {"its shell", [&] { kill_all(find(hosts, "h1", "scoop_script=")); }, "The daemon of h1 "},
      {"ssh", [&] { kill_all(find(hosts, "h0", " h1 ")); }, "The daemon of h1 "},
      {"sshd", [&] { kill_sshd(hosts, "h1"); }, "The daemon of h1 "},
  };
  for (const auto& loss : losses) {
    CAPTURE(loss.what);
    const Traces traces(hosts, all);
    const Traces traces_there(hosts, {"h1"});
    Process process(launch_away(hosts, "h0:1,h1:1,h2:1", "sleepers", "go"));
    REQUIRE(wait_for_output(process, "at work: h0 h1 h2\n"));
    if (loss.what == "its shell") REQUIRE(find(hosts, "h1", "scoop_script=").size() == 1);
    loss.cause();
    CHECK(wait_until([&] { return process.err().find(loss.warning) != std::string::npos; }));
    if (loss.what != "a worker") CHECK(traces_there.after_end() == "");
    let_go(hosts);
    const auto outcome = process.wait();
    CHECK_MESSAGE(outcome.out == "at work: h0 h1 h2\nall is right\n", outcome);
    CHECK_MESSAGE(outcome.status == 4, outcome);
    CHECK(sh(hosts, "h0", "rm ~/go").status == 0);
    CHECK(traces.after_end() == "");
  }
}

TEST_CASE("Without the broker or the host that runs main there is no run") {
  if (!NamespaceHosts::are_possible()) return;
  const NamespaceHosts hosts({.hosts = 2});
  const Traces traces(hosts, all);
  const std::vector<Loss> losses{
      {"the broker", [&] { kill_all(find(hosts, "h0", "scoop-broker")); }, "The broker was killed by signal 9"},
      {"the daemon", [&] { kill_all(find(hosts, "h1", "scoop-worker --host")); }, "The daemon of h1 was killed"},
      {"ssh", [&] { kill_all(find(hosts, "h0", " h1 ")); }, "The daemon of h1 was lost: its ssh was killed"},
  };
  for (const auto& loss : losses) {
    CAPTURE(loss.what);
    Process process(launch_away(hosts, "h1:1,h2:1", "sleepers", "wait"));
    REQUIRE(wait_for_output(process, "at work: h1 h2\n"));
    loss.cause();
    const auto outcome = process.wait();
    CHECK_MESSAGE(outcome.status == 125, outcome);
    CHECK_MESSAGE(says(outcome, loss.warning), outcome);
    CHECK(traces.after_end() == "");
  }
}

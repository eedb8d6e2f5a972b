#include <doctest/doctest.h>
#include <sys/stat.h>

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <thread>

#include "integration/pool_run.hpp"
#include "support/contents.hpp"
#include "support/ssh_hosts.hpp"
#include "support/ssh_keys.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

// Whole runs over real sshd.

namespace {

using Words = std::vector<std::string>;

/// scoop-launch over these hosts, with what follows the hosts.
Words over(const SshHosts& hosts, const std::string& names, const Words& rest) {
  Words words{"--ssh-executable", hosts.ssh(), "--hosts", names};
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

Outcome run_over(const SshHosts& hosts, const std::string& names, const Words& rest, Command command = {}) {
  PoolRun pool(over(hosts, names, rest), std::move(command));
  auto outcome = pool.wait();
  CHECK_MESSAGE(pool.leaves_nothing(), outcome);
  return outcome;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Every line that begins so.
std::size_t lines_with(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// A key has 40 characters of Z85, among them, all but surely, some that no word of ours has.
bool has_key(const std::string& text) {
  const std::string odd = "^!*?&<>{}%#";
  const auto is_z85 = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || has(odd + ".-:+=/()[]@$", std::string(1, c));
  };
  std::size_t length = 0;
  bool is_odd = false;
  for (const char c : text) {
    length = is_z85(c) ? length + 1 : 0;
    is_odd = length > 0 && (is_odd || has(odd, std::string(1, c)));
    if (length == 40 && is_odd) return true;
  }
  return false;
}

bool leave_nothing(const SshHosts& hosts, const Words& names) {
  return wait_until(
      [&] { return std::ranges::all_of(names, [&](const auto& name) { return hosts.processes(name).empty(); }); }, 10s);
}

}  // namespace

TEST_CASE("A run over hosts has workers on all of them, and leaves nothing there") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  const auto file = hosts.host_file({"127.0.0.1 1", "# far", "a 2", "", "b slots=1"});
  const auto outcome = run_over(hosts, file, {ROLLCALL_PLUGIN, "4"});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(has(outcome.out, "w0@127.0.0.1: (none) "), outcome);
  CHECK_MESSAGE(has(outcome.out, "w1@a: a "), outcome);
  CHECK_MESSAGE(has(outcome.out, "w2@a: a "), outcome);
  CHECK_MESSAGE(has(outcome.out, "w3@b: b "), outcome);
  CHECK_MESSAGE(has(outcome.err, "Deploying 4 worker(s) over 3 host(s)."), outcome);
  CHECK(leave_nothing(hosts, {"a", "b"}));
  CHECK(std::filesystem::is_empty(hosts.home("a") / "run"));
}

TEST_CASE("What a host lacks is sent once; then nothing, or the program alone") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}});
  Command ship;
  ship.env["SCOOP_ALWAYS_SHIP"] = "1";
  const auto cache = hosts.home("a") / ".cache/scoop";
  const auto entries = [&] {
    return std::distance(std::filesystem::directory_iterator(cache), std::filesystem::directory_iterator());
  };
  const auto first = run_over(hosts, "a:1", {ROLLCALL_PLUGIN, "1"}, ship);
  CHECK_MESSAGE(first.status == 0, first);
  CHECK(entries() == 2);
  struct stat status {};
  REQUIRE(::stat(cache.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);

  const auto second = run_over(hosts, "a:1", {"-v", ROLLCALL_PLUGIN, "1"}, ship);
  CHECK_MESSAGE(second.status == 0, second);
  CHECK(entries() == 2);
  const auto other = run_over(hosts, "a:1", {PLAIN_PLUGIN, "x"}, ship);
  CHECK_MESSAGE(other.status == 2, other);  // it counts its words
  CHECK(entries() == 3);
}

TEST_CASE("Noise of a login shell, a slow host, and csh as login shell do no harm") {
  if (!has_sshd()) return;
  std::vector<SshHost> kinds{{"noisy", SshHostKind::noisy}, {"slow", SshHostKind::slow}};
  std::string names = "noisy:1,slow:1";
  for (const std::string shell : {"/bin/tcsh", "/usr/bin/fish", "/usr/bin/zsh"}) {
    if (!std::filesystem::exists(shell)) continue;
    const auto name = std::filesystem::path(shell).filename().string();
    kinds.push_back({name, SshHostKind::good, shell});
    names += "," + name + ":1";
  }
  SshHosts hosts(kinds);
  const auto outcome = run_over(hosts, names, {ROLLCALL_PLUGIN, std::to_string(kinds.size())});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(lines_with(outcome.out, ": noisy ") == 1, outcome);
}

TEST_CASE("The run goes on with the hosts that came, and says which did not, and why") {
  if (!has_sshd()) return;
  SshHosts hosts({{"good"}, {"denied", SshHostKind::key_refused}, {"deaf", SshHostKind::deaf}});
  const std::string names = "denied,good:1,deaf,no-such-host.invalid";
  const auto outcome = run_over(hosts, names, {ROLLCALL_PLUGIN, "1"});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(has(outcome.out, "w0@good: good "), outcome);
  CHECK_MESSAGE(has(outcome.err, "denied: it does not let you in; make this work without a password"), outcome);
  CHECK_MESSAGE(has(outcome.err, "deaf: no sshd listens there; check host and port, or start sshd there"), outcome);
  CHECK_MESSAGE(has(outcome.err, "no-such-host.invalid: no machine of this name is known"), outcome);
  CHECK_MESSAGE(has(outcome.err, "3 of 4 hosts did not come; the run goes on with the others."), outcome);

  const auto strict = run_over(hosts, "good:1,deaf", {"--require-all", ROLLCALL_PLUGIN, "1"});
  CHECK_MESSAGE(strict.status == 2, strict);
  CHECK_MESSAGE(has(strict.err, "scoop-launch: 1 of 2 hosts did not come, and --require-all asks for all\n"), strict);
  CHECK(strict.out.empty());
  const auto none = run_over(hosts, "denied,deaf", {ROLLCALL_PLUGIN, "1"});
  CHECK_MESSAGE(none.status == 2, none);
  CHECK_MESSAGE(has(none.err, "scoop-launch: none of the 2 hosts came\n"), none);
  const auto quiet = run_over(hosts, "deaf", {"-q", ROLLCALL_PLUGIN, "1"});
  CHECK_MESSAGE(has(quiet.err, "deaf: no sshd listens there"), quiet);
  CHECK(leave_nothing(hosts, {"good"}));
}

TEST_CASE("Where ssh cannot be started, that is what is said of the one host") {
  const auto outcome = PoolRun({"--ssh-executable", "/nowhere/ssh", "--hosts", "node7", ROLLCALL_PLUGIN, "1"}).wait();
  CHECK_MESSAGE(outcome.status == 2, outcome);
  CHECK_MESSAGE(has(outcome.err, "scoop-launch: node7: /nowhere/ssh cannot be started: No such file or directory"),
                outcome);
}

TEST_CASE("A host that never answers is given up after the time that was given") {
  if (!has_sshd()) return;
  SshHosts hosts({{"silent", SshHostKind::silent}});
  const auto outcome = run_over(hosts, "127.0.0.1:1,silent", {"--connect-timeout", "1s", ROLLCALL_PLUGIN, "1"});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(has(outcome.err, "silent: it "), outcome);
  CHECK_MESSAGE(has(outcome.err, "1 of 2 hosts did not come"), outcome);
}

TEST_CASE("A host that drops logins when many come is asked again") {
  if (!has_sshd()) return;
  SshHosts hosts({{"crowded", SshHostKind::crowded}});
  std::vector<std::unique_ptr<PoolRun>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(std::make_unique<PoolRun>(over(hosts, "crowded:1", {ROLLCALL_PLUGIN, "1"})));
  }
  for (auto& run : runs) {
    const auto outcome = run->wait();
    CHECK_MESSAGE(outcome.status == 0, outcome);
    CHECK(run->leaves_nothing());
  }
}

TEST_CASE("-n fills the first hosts, and what is beyond their places goes round") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}, {"b"}});
  const auto fewer = run_over(hosts, "a:2,b:2", {"-n", "3", ROLLCALL_PLUGIN, "3"});
  CHECK_MESSAGE(has(fewer.err, "a:\t1 + origin"), fewer);
  CHECK_MESSAGE(has(fewer.err, "b:\t1"), fewer);
  CHECK_MESSAGE(fewer.status == 0, fewer);
  const auto more = run_over(hosts, "a:1,b:1", {"-n", "3", ROLLCALL_PLUGIN, "3"});
  CHECK_MESSAGE(has(more.err, "a:\t1 + origin"), more);
  CHECK_MESSAGE(has(more.err, "b:\t1"), more);
  CHECK_MESSAGE(more.status == 0, more);
  // A host that is not needed is let go at once.
  const auto one = run_over(hosts, "a:1,b:1", {"-n", "1", ROLLCALL_PLUGIN, "1"});
  CHECK_MESSAGE(has(one.err, "Deploying 1 worker(s) over 1 host(s)."), one);
  CHECK(leave_nothing(hosts, {"a", "b"}));
}

TEST_CASE("Without a number a host has one worker a usable core, which it is asked for") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}});
  const auto outcome = run_over(hosts, "a", {ROLLCALL_PLUGIN, "1"});
  const auto cores = std::to_string(std::thread::hardware_concurrency());
  CHECK_MESSAGE(has(outcome.err, "Deploying " + cores + " worker(s) over 1 host(s)."), outcome);
}

TEST_CASE("A key would be found if it were shown") {
  CHECK(has_key("a rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7 b"));
  CHECK_FALSE(has_key("/a/path/of/more/than/forty/characters/without/others"));
}

TEST_CASE("Other users' eyes see no key: not in command lines, environments, logs") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}});
  PoolRun pool(over(hosts, "127.0.0.1:1,a:1", {"-vv", ACTS_PLUGIN, "wait"}));
  REQUIRE_MESSAGE(pool.wait_for_output("begun"), pool.process().err());
  REQUIRE(wait_until([&] { return lines_with(pool.process().err(), "worker_ready") == 2; }));
  auto all = pool.process().family();
  const auto far = hosts.processes("a");
  all.insert(all.end(), far.begin(), far.end());
  CHECK(all.size() >= 6);
  for (const auto pid : all) {
    auto words = contents("/proc/" + std::to_string(pid) + "/cmdline");
    std::replace(words.begin(), words.end(), '\0', ' ');
    CHECK_FALSE_MESSAGE(has_key(words), words);
  }
  for (const auto pid : far) {
    auto words = contents("/proc/" + std::to_string(pid) + "/environ");
    std::replace(words.begin(), words.end(), '\0', ' ');
    CHECK_FALSE_MESSAGE(has_key(words), words);
  }
  pool.process().signal(SIGTERM);
  const auto outcome = pool.wait();
  CHECK_FALSE_MESSAGE(has_key(outcome.err), outcome);
  CHECK(leave_nothing(hosts, {"a"}));
}

TEST_CASE("Ctrl-C while a host is waited for ends the run at once") {
  if (!has_sshd()) return;
  SshHosts hosts({{"silent", SshHostKind::silent}});
  PoolRun pool(over(hosts, "127.0.0.1:1,silent", {ROLLCALL_PLUGIN, "1"}));
  REQUIRE(wait_until([&] { return !pool.find("-T -o BatchMode").empty(); }));
  pool.process().signal(SIGINT);
  const auto outcome = pool.wait();
  CHECK_MESSAGE(outcome.status == 130, outcome);
  CHECK(outcome.out.empty());
  CHECK(pool.leaves_nothing());
}

TEST_CASE("An origin on another host finds its output broken when its reader has gone") {
  if (!has_sshd()) return;
  SshHosts hosts({{"a"}});
  Words words{"sh", "-c", "yes | { \"$@\"; echo \"status $?\" >&2; } | head -2", "sh", SCOOP_LAUNCH};
  for (auto& word : over(hosts, "a:1", {ACTS_PLUGIN, "copy"})) words.push_back(std::move(word));
  const auto outcome = run({.argv = words});
  CHECK_MESSAGE(outcome.out == "y\ny\n", outcome);
  CHECK_MESSAGE(has(outcome.err, "The origin was killed by signal 13 (Broken pipe)."), outcome);
  CHECK_MESSAGE(has(outcome.err, "status 141\n"), outcome);
  CHECK(leave_nothing(hosts, {"a"}));
}

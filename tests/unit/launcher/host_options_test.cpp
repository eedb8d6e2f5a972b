#include "launcher/host_options.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>

#include "launcher/options.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

auto parse(const Words& words) {
  std::vector<const char*> argv{"scoop-launch"};
  for (const auto& word : words) argv.push_back(word.c_str());
  return parse_launcher_options(static_cast<int>(argv.size()), argv.data());
}

LauncherOptions options(const Words& words) {
  const auto parsed = parse(words);
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.failure().message));
  return std::get<LauncherOptions>(*parsed);
}

std::string failure(const Words& words) {
  const auto parsed = parse(words);
  REQUIRE_FALSE(parsed);
  return parsed.failure().message;
}

Words names(const Words& words) {
  Words result;
  for (const auto& host : options(words).hosts.hosts) {
    result.push_back(to_string(host) + (host.workers ? " " + std::to_string(*host.workers) : ""));
  }
  return result;
}

}  // namespace

TEST_CASE("Host options: without any, there is this machine") {
  const auto got = options({"a.so"}).hosts;
  CHECK(got.hosts.empty());
  CHECK(got.ssh.executable == "ssh");
  CHECK(got.ssh.start_limit == 30s);
  CHECK(got.network.is_encrypted);
  CHECK(got.network.ports.first == 0);
  CHECK(got.environment.empty());
  CHECK_FALSE(got.require_all);
}

TEST_CASE("Host options: hosts come from lists, files and words, and add up") {
  const test::TempDir folder;
  std::ofstream(folder / "hosts.txt") << "c 3\n";
  const std::string file = folder / "hosts.txt";
  CHECK(names({"--hosts", "a,b:4,user@c", "x.so"}) == Words{"a", "b 4", "user@c"});
  CHECK(names({"--hosts=a", "--hosts", "a,b", "x.so"}) == Words{"a 2", "b"});
  CHECK(names({"--hosts", file, "x.so"}) == Words{"c 3"});
  CHECK(names({"--hostfile", file, "--hosts", "a", "x.so"}) == Words{"a", "c 3"});
  CHECK(names({"--host", "a", "b:2", "./x.so", "y"}) == Words{"a", "b 2"});
  CHECK(names({"-n", "3", "--host", "a", "b", "-q", "x.so"}) == Words{"a", "b"});
  CHECK(names({"--host", "a", "--", "b"}) == Words{"a"});
  CHECK(options({"--host", "a", "b", "./x.so", "y"}).arguments == Words{"y"});
}

TEST_CASE("Host options: words behind the program are the program's") {
  const auto got = options({"--host", "a", "./x.so", "--host", "b", "c"});
  CHECK(got.arguments == Words{"--host", "b", "c"});
  CHECK(options({"./x.so", "--hosts", "b"}).hosts.hosts.empty());
}

TEST_CASE("Host options: each says what it says") {
  ::setenv("SCOOP_TEST_VALUE", "here", 1);
  const auto got = options({"--hosts",
                            "a",
                            "--ssh-executable",
                            "/x/ssh",
                            "--connect-timeout",
                            "5s",
                            "--port",
                            "5000-5010",
                            "--interface",
                            "eth1",
                            "--insecure",
                            "--prefix",
                            "/opt/scoop",
                            "--path",
                            "/w",
                            "--nice",
                            "7",
                            "--env",
                            "A=1",
                            "--env",
                            "SCOOP_TEST_VALUE",
                            "--require-all",
                            "--tag-output",
                            "--check",
                            "x.so"})
                       .hosts;
  CHECK(got.ssh.executable == "/x/ssh");
  CHECK(got.ssh.start_limit == 5s);
  CHECK(got.network.where == "eth1");
  CHECK(got.network.ports.first == 5000);
  CHECK(got.network.ports.last == 5010);
  CHECK_FALSE(got.network.is_encrypted);
  CHECK(got.prefix == "/opt/scoop");
  CHECK(got.path == "/w");
  CHECK(got.nice == 7);
  CHECK(got.require_all);
  CHECK(got.tags_output);
  CHECK(got.check_only);
  CHECK(std::ranges::count(got.environment, "A=1") == 1);
  CHECK(std::ranges::count(got.environment, "SCOOP_TEST_VALUE=here") == 2);  // it would have gone by itself
  CHECK(options({"--hosts", "a", "--address", "10.0.0.1", "x.so"}).hosts.network.where == "10.0.0.1");
  ::unsetenv("SCOOP_TEST_VALUE");
}

TEST_CASE("Host options: mistakes are explained") {
  CHECK(failure({"--hosts", "a:x", "x.so"}).starts_with("--hosts: "));
  CHECK(failure({"--port", "0", "x.so"}) ==
        "--port needs a port or a range of ports, as in 5000 or 5000-5010, got \"0\"");
  CHECK(failure({"--port", "9-8", "x.so"}).starts_with("--port needs"));
  CHECK(failure({"--nice", "20", "x.so"}) == "--nice needs a number from 0 to 19, got \"20\"");
  CHECK(failure({"--connect-timeout", "0s", "x.so"}).starts_with("--connect-timeout needs a time of at least 1s"));
  CHECK(failure({"--address", "a", "--interface", "b", "x.so"}) ==
        "--address and --interface say the same thing: give one of them");
  CHECK(failure({"--prolog", "/nowhere/p.sh", "x.so"}).starts_with("--prolog /nowhere/p.sh cannot be read"));
  CHECK(failure({"--prefix", "opt", "x.so"}) == "--prefix needs a path from the root, got \"opt\"");
  CHECK(failure({"--env", "SCOOP_NOT_SET", "x.so"}) ==
        "--env SCOOP_NOT_SET: SCOOP_NOT_SET is not set here; give its value, as in --env SCOOP_NOT_SET=1");
  CHECK(failure({"--env", "=3", "x.so"}) == "--env needs NAME or NAME=value, got \"=3\"");
  CHECK(failure({"--hosts", "", "x.so"}) == "--hosts has an empty value: give one, or leave it out");
  CHECK(failure({"--hosts"}).starts_with("--hosts needs a value"));
  CHECK(failure({"--host", "./x.so"}) ==
        "no program given: scoop-launch [options] program.so|program.cpp [arguments...]");
}

TEST_CASE("This machine needs no ssh") {
  const auto is_ours = [](const RequestedHost& host) { return is_this_machine(host, "laptop.example.org"); };
  CHECK(is_ours({.name = "localhost"}));
  CHECK(is_ours({.name = "127.0.0.1"}));
  CHECK(is_ours({.name = "laptop"}));
  CHECK(is_ours({.name = "laptop.example.org"}));
  CHECK_FALSE(is_ours({.name = "127.0.0.2"}));
  CHECK_FALSE(is_ours({.name = "laptop2"}));
  CHECK_FALSE(is_ours({.name = "localhost", .user = "other"}));
  CHECK_FALSE(is_ours({.name = "localhost", .port = std::uint16_t{2222}}));
}

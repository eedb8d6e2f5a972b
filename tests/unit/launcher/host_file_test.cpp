#include "launcher/host_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <ostream>
#include <random>

#include "support/temp_dir.hpp"

using namespace scoop;

namespace scoop {

std::ostream& operator<<(std::ostream& stream, const RequestedHost& host) {
  stream << to_string(host);
  return host.workers ? stream << " " << *host.workers : stream;
}

}  // namespace scoop

namespace {

using Hosts = std::vector<RequestedHost>;

Hosts parse_file(std::string_view text) {
  HostList list;
  const auto added = list.add_file_text(text, "hosts.txt");
  CHECK_MESSAGE(added, added.failure().message);
  return list.hosts();
}

Hosts parse_list(std::string_view text) {
  HostList list;
  const auto added = list.add_list(text, "--hosts");
  CHECK_MESSAGE(added, added.failure().message);
  return list.hosts();
}

std::string file_mistake(std::string_view text) {
  HostList list;
  const auto added = list.add_file_text(text, "hosts.txt");
  return added ? "none" : added.failure().message;
}

std::string list_mistake(std::string_view text) {
  HostList list;
  const auto added = list.add_list(text, "--hosts");
  return added ? "none" : added.failure().message;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TEST_CASE("HostFile: a line names a host, perhaps with workers") {
  CHECK(parse_file("node7") == Hosts{{"node7"}});
  CHECK(parse_file("node7\n") == Hosts{{"node7"}});
  CHECK(parse_file("node7 4\n") == Hosts{{"node7", "", {}, 4}});
  CHECK(parse_file("node7 slots=4\n") == Hosts{{"node7", "", {}, 4}});
  CHECK(parse_file("node7 65535\n") == Hosts{{"node7", "", {}, 65535}});
  CHECK(parse_file("b\na 2\n") == Hosts{{"b"}, {"a", "", {}, 2}});
}

TEST_CASE("HostFile: users, ports and addresses") {
  CHECK(parse_file("me@node7") == Hosts{{"node7", "me"}});
  CHECK(parse_file("me@corp.org@node7") == Hosts{{"node7", "me@corp.org"}});
  CHECK(parse_file("node7:2222") == Hosts{{"node7", "", 2222}});
  CHECK(parse_file("me@node7:2222 3") == Hosts{{"node7", "me", 2222, 3}});
  CHECK(parse_file("10.0.0.7:65535") == Hosts{{"10.0.0.7", "", 65535}});
  CHECK(parse_file("[::1]") == Hosts{{"::1"}});
  CHECK(parse_file("[::1]:2222 3") == Hosts{{"::1", "", 2222, 3}});
  CHECK(parse_file("me@[fe80::1%eth0]:22") == Hosts{{"fe80::1%eth0", "me", 22}});
  CHECK(parse_file("[node7]:2222") == Hosts{{"node7", "", 2222}});
}

TEST_CASE("HostFile: a node list gives each of its hosts what the line says") {
  CHECK(parse_file("me@n[1-2,04]:2222 4") ==
        Hosts{{"n1", "me", 2222, 4}, {"n2", "me", 2222, 4}, {"n04", "me", 2222, 4}});
  CHECK(parse_file("n[9-10].lan") == Hosts{{"n9.lan"}, {"n10.lan"}});
}

TEST_CASE("HostFile: blanks, tabs, comments, empty lines and foreign line ends mean nothing") {
  CHECK(parse_file("\n  # all of them\n\t node7 \t 4 # fast\n\nnode8#slow\n \t\n") ==
        Hosts{{"node7", "", {}, 4}, {"node8"}});
  CHECK(parse_file("node7 4\r\n\r\nnode8\r\n") == Hosts{{"node7", "", {}, 4}, {"node8"}});
  CHECK(parse_file("node7\r\nnode8 2\r") == Hosts{{"node7"}, {"node8", "", {}, 2}});
  CHECK(parse_file("\xef\xbb\xbfnode7\n") == Hosts{{"node7"}});
  CHECK(parse_file("node7 # \x1b[31m " + std::string(5000, 'x')) == Hosts{{"node7"}});
}

TEST_CASE("HostFile: a repeated host adds up") {
  CHECK(parse_file("a 2\nb\na 3\n") == Hosts{{"a", "", {}, 5}, {"b"}});
  CHECK(parse_file("a\na\nb\n") == Hosts{{"a", "", {}, 2}, {"b"}});
  CHECK(parse_file("a\na 4\n") == Hosts{{"a", "", {}, 5}});
  CHECK(parse_file("n[1-2] 2\nn2 1\n") == Hosts{{"n1", "", {}, 2}, {"n2", "", {}, 3}});
  SUBCASE("unless user or port differ") {
    const auto hosts = parse_file("a 1\nme@a 1\na:22 1\n[a]:22 1\n");
    CHECK(hosts == Hosts{{"a", "", {}, 1}, {"a", "me", {}, 1}, {"a", "", 22, 2}});
  }
}

TEST_CASE("HostFile: a mistake is told with its line, what was expected and what was given") {
  CHECK(file_mistake("a\nb\n\nc -2\n") ==
        "hosts.txt:4: a number of workers from 1 to 65535 is expected behind the host, as in node7 4 or node7 slots=4, "
        "got \"-2\"");
  for (const std::string wrong : {"0", "-1", "+4", "4.5", "four", "65536", "99999999999999999999", "slots=", "slots=0",
                                  "slots=x", "slots", "max-slots=4", "Slots=4", "4x", "[4]"}) {
    CHECK(file_mistake("a " + wrong).ends_with("got \"" + wrong + "\""));
  }
  CHECK(file_mistake("a 4 5 6") == "hosts.txt:1: nothing is expected behind the number of workers, got \"5\"");
  CHECK(file_mistake("a slots = 4") == "hosts.txt:1: nothing is expected behind the number of workers, got \"=\"");
}

TEST_CASE("HostFile: a mistake in a name, a port or an address is told") {
  for (const std::string wrong : {"me@", "me@:22", ":22", "[]", "me@[]:22"}) {
    CHECK(file_mistake(wrong) == "hosts.txt:1: a host's name is expected, got \"" + wrong + "\"");
  }
  CHECK(file_mistake("@a") == "hosts.txt:1: a user's name is expected before the @, got \"@a\"");
  for (const std::string wrong : {"a:", "a:0", "a:65536", "a:ssh", "a:-1", "[::1]:", "[::1]:0", "[a]:22:4"}) {
    CHECK(file_mistake(wrong) == "hosts.txt:1: a port is a number from 1 to 65535, got \"" + wrong + "\"");
  }
  for (const std::string wrong : {"::1", "fe80::1", "a:22:4"}) {
    CHECK(file_mistake(wrong) ==
          "hosts.txt:1: an IPv6 address stands in brackets, as in [::1] or [::1]:2222, got \"" + wrong + "\"");
  }
  CHECK(file_mistake("[::1") == "hosts.txt:1: an address ends with ], as in [::1]:2222, got \"[::1\"");
  CHECK(file_mistake("[::1]22") == "hosts.txt:1: only a port goes behind ], as in [::1]:2222, got \"[::1]22\"");
  CHECK(file_mistake("a\nn[1-4") == "hosts.txt:2: a node list ends with ], as in n[1-4,7], got \"n[1-4\"");
  CHECK(file_mistake("n[1-10001]") == "hosts.txt:1: a node list names at most 10000 hosts, got \"n[1-10001]\"");
}

TEST_CASE("HostFile: nothing that ssh would take for an option is a name") {
  for (const std::string wrong : {"-oProxyCommand=x", "-l@a", "me@-oProxyCommand=x", "[-v]:22", "me@[-v]"}) {
    CHECK(file_mistake(wrong) == "hosts.txt:1: a host's name does not begin with -, got \"" + wrong + "\"");
    CHECK(list_mistake(wrong) == "--hosts: a host's name does not begin with -, got \"" + wrong + "\"");
  }
}

TEST_CASE("HostFile: control characters and overlong lines are refused, and not shown as they are") {
  CHECK(file_mistake("a\x1b[31m") == "hosts.txt:1: control characters have no place here, got \"a\\x1b[31m\"");
  CHECK(file_mistake({"a\0b", 3}) == "hosts.txt:1: control characters have no place here, got \"a\\x00b\"");
  CHECK(file_mistake("a\rb\n") == "hosts.txt:1: control characters have no place here, got \"a\\x0db\"");
  CHECK(file_mistake("a\n" + std::string(4097, 'x')) ==
        "hosts.txt:2: an entry has at most 4096 characters, got \"4097\"");
  CHECK(parse_file(std::string(4096, 'x')).size() == 1);
}

TEST_CASE("HostFile: a file without hosts is a mistake") {
  for (const std::string empty : {"", "\n", "# none\n", " \t\r\n", "\xef\xbb\xbf"}) {
    CHECK(file_mistake(empty) == "hosts.txt: no host is named; write one a line, as in node7 or node7 4");
  }
  HostList list;
  CHECK(list.add_file_text("a\n", "one.txt"));
  CHECK(list.add_file_text("a\n", "two.txt"));
  CHECK_FALSE(list.add_file_text("", "three.txt"));
}

TEST_CASE("HostFile: what does not fit into the pool's numbers is refused") {
  CHECK(file_mistake("a 65000\na 536\n") == "hosts.txt:2: a host has at most 65535 workers, got \"65536 for a\"");
  std::string text;
  for (const auto* name : {"a", "b", "c", "d", "e", "f"}) text += std::string(name) + "[1-10000]\n";
  text += "g[1-5535]\n";
  CHECK(parse_file(text).size() == 65'535);
  CHECK(parse_file(text + "g1\n").size() == 65'535);
  CHECK(file_mistake(text + "h\n") == "hosts.txt:8: a run has at most 65535 hosts");
}

TEST_CASE("HostList: in a list a number behind a name counts workers") {
  CHECK(parse_list("a,b:4,user@c") == Hosts{{"a"}, {"b", "", {}, 4}, {"c", "user"}});
  CHECK(parse_list("a, b:4 ,\tc") == Hosts{{"a"}, {"b", "", {}, 4}, {"c"}});
  CHECK(parse_list("a:1,a:2,a") == Hosts{{"a", "", {}, 4}});
  CHECK(parse_list("n[1-2,4]:3,me@m[1,2]") ==
        Hosts{{"n1", "", {}, 3}, {"n2", "", {}, 3}, {"n4", "", {}, 3}, {"m1", "me"}, {"m2", "me"}});
}

TEST_CASE("HostList: in a list a port needs brackets around the name") {
  CHECK(parse_list("[b]:2222") == Hosts{{"b", "", 2222}});
  CHECK(parse_list("me@[b]:2222:4,c") == Hosts{{"b", "me", 2222, 4}, {"c"}});
  CHECK(parse_list("[::1],[::2]:22:4") == Hosts{{"::1"}, {"::2", "", 22, 4}});
  CHECK(parse_list("[n[1,2]]:2222") == Hosts{{"n1", "", 2222}, {"n2", "", 2222}});
}

TEST_CASE("HostList: a mistake in a list is told with the option") {
  for (const std::string wrong : {"a:0", "a:-2", "a:", "a:four", "[b]:22:0", "[b]:22:"}) {
    CHECK(list_mistake("z," + wrong) ==
          "--hosts: a number of workers from 1 to 65535 is expected behind the host, as in node7:4, got \"" + wrong +
              "\"");
  }
  for (const std::string wrong : {"[b]:", "[b]:0", "[::1]::4", "[b]:x:4"}) {
    CHECK(list_mistake(wrong) == "--hosts: a port is a number from 1 to 65535, got \"" + wrong + "\"");
  }
  for (const std::string wrong : {"", ",", "a,", ",a", "a,,b", "a, ,b"}) {
    CHECK(list_mistake(wrong) == "--hosts: a host's name is expected, got \"\"");
  }
  CHECK(list_mistake("a 4,b") == "--hosts: a comma goes between two hosts, got \"a 4\"");
  CHECK(list_mistake("n[1,2") == "--hosts: a node list ends with ], as in n[1-4,7], got \"n[1,2\"");
  CHECK(list_mistake("n1],b").starts_with("--hosts: a node list begins with ["));
  CHECK(list_mistake("::1").starts_with("--hosts: an IPv6 address stands in brackets"));
  CHECK(list_mistake("a\nb") == "--hosts: control characters have no place here, got \"a\\x0ab\"");
}

TEST_CASE("HostList: whatever it is given, ssh gets no option and the terminal no control character") {
  std::mt19937 random(7);
  static constexpr std::string_view pieces[] = {"a",   "-",      "[", "]",  ",",  ":",  "@", "0",    "1-3",  "22", "-o",
                                                "::1", "slots=", " ", "\t", "\n", "\r", "#", "\x1b", "\xff", "=",  "/"};
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto count = random() % 9; count > 0; --count) text += pieces[random() % std::size(pieces)];
    HostList list;
    const auto added = i % 2 == 0 ? list.add_file_text(text, "f") : list.add_list(text, "--hosts");
    accepted += static_cast<bool>(added);
    const auto shown = added ? "" : added.failure().message;
    REQUIRE_MESSAGE(shown.find_first_of("\x1b\n\r") == std::string::npos, text);
    for (const auto& host : list.hosts()) {
      REQUIRE_MESSAGE(host.name.find_first_of("[]\x1b\n\r \t") == std::string::npos, text);
      REQUIRE_MESSAGE((!host.name.empty() && host.name[0] != '-' && !host.user.starts_with('-')), text);
      REQUIRE_MESSAGE((host.port != 0 && host.workers != 0), text);
    }
  }
  CHECK(accepted > 1000);
  CHECK(accepted < 15'000);
}

TEST_CASE("HostList: --hosts takes a file where there is one or the value has a slash") {
  const test::TempDir folder;
  write(folder / "a,b", "c 2\n");
  HostList list;
  CHECK(list.add_hosts(folder / "a,b"));
  CHECK(list.add_hosts("a:3,b"));
  CHECK(list.add_file(folder / "a,b"));
  CHECK(list.hosts() == Hosts{{"c", "", {}, 4}, {"a", "", {}, 3}, {"b"}});

  const auto missing = folder / "none";
  const auto added = list.add_hosts(missing);
  REQUIRE_FALSE(added);
  CHECK(added.failure().message == missing + " cannot be read: No such file or directory");
}

TEST_CASE("HostList: a file beside a host of its name counts, a folder does not") {
  const test::TempDir folder;
  struct Back {
    int fd = ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    ~Back() {
      CHECK(::fchdir(fd) == 0);
      ::close(fd);
    }
  } back;
  REQUIRE(::chdir(folder.path().c_str()) == 0);
  write("mine", "a\nb -1\n");
  REQUIRE(::mkdir("node7", 0700) == 0);
  HostList list;
  CHECK(list.add_hosts("node7"));
  CHECK(list.hosts() == Hosts{{"node7"}});
  const auto added = list.add_hosts("mine");
  REQUIRE_FALSE(added);
  CHECK(added.failure().message.starts_with("mine:2: a number of workers"));
}

TEST_CASE("HostList: a list of a file's name is a file, and a number is no host") {
  HostList list;
  auto added = list.add_hosts("nosuch.txt");
  REQUIRE_FALSE(added);
  CHECK(added.failure().message == "nosuch.txt cannot be read: No such file or directory");
  added = list.add_list("node1,2", "--host");
  REQUIRE_FALSE(added);
  CHECK(added.failure().message == "--host: a host's name is expected, which is no number, got \"2\"");
}

TEST_CASE("HostList: what cannot be read as a file is told") {
  const test::TempDir folder;
  HostList list;
  const auto path = folder.path().string();
  auto added = list.add_file(path);
  REQUIRE_FALSE(added);
  CHECK(added.failure().message == path + " cannot be read: Is a directory");
  added = list.add_file("/dev/zero");
  REQUIRE_FALSE(added);
  CHECK(added.failure().message == "/dev/zero is too large for a list of hosts: 16 MiB are the limit");
}

TEST_CASE("HostList: a host is shown as its user would write it") {
  CHECK(to_string({"node7"}) == "node7");
  CHECK(to_string({"node7", "me"}) == "me@node7");
  CHECK(to_string({"node7", "me", 22, 4}) == "me@node7:22");
  CHECK(to_string({"::1"}) == "::1");
  CHECK(to_string({"::1", "", 22}) == "[::1]:22");
}

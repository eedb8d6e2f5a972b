#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/signals.hpp"
#include "launcher/ssh_failure.hpp"
#include "ssh/host_talk.hpp"
#include "ssh/shells.hpp"

using namespace scoop;
using test::HostBed;
using test::Talk;
using test::Talker;
namespace fs = std::filesystem;

// What goes wrong on a host before scoop-worker speaks, and what the user reads.

namespace {

std::string explained(const Talk& talk) {
  return explain_ssh_failure({"node7"}, talk.outcome.err, to_cause(W_EXITCODE(talk.outcome.status, 0))).message;
}

/// With `words` in front of the host's shell.
Talk talk_by(const HostBed& bed, const HostSettings& settings, std::vector<std::string> words,
             std::map<std::string, std::string> variables = {}) {
  Bootstrap bootstrap(settings);
  words.insert(words.end(), {"/bin/sh", "-c", bootstrap.command_script()});
  auto command = bed.command(words);
  for (const auto& [name, value] : variables) command.env[name] = value;
  return Talker(std::move(bootstrap), std::move(command)).finish();
}

/// Words that mount a file system of memory on the host's cache first.
std::vector<std::string> mounted(const HostBed& bed, const std::string& options) {
  fs::create_directory(bed.home() + "/.cache");
  return {"unshare",
          "-rm",
          "sh",
          "-c",
          "mount -t tmpfs -o \"$0\" none \"$1\" && shift && exec \"$@\"",
          options,
          bed.home() + "/.cache"};
}

bool can_mount() {
  const HostBed bed;
  auto words = mounted(bed, "size=64k");
  words.emplace_back("true");
  const auto outcome = test::run({.argv = words});
  if (outcome.status != 0) std::printf("no file system can be mounted here: skipped (%s)\n", outcome.err.c_str());
  return outcome.status == 0;
}

/// A PATH of what the script needs, but for one program.
std::string path_without(const HostBed& bed, const std::string& missing) {
  const auto folder = bed / "tools";
  fs::create_directory(folder);
  for (const std::string tool : {"chmod", "cut", "cat", "head", "mkdir", "mv", "rm", "stat", "tar", "touch", "uname"}) {
    if (tool != missing) fs::create_symlink(test::find_program(tool), folder + "/" + tool);
  }
  return folder;
}

void check_refused(const Talk& talk, const std::string& sentence) {
  CHECK_FALSE(talk.is_ready);
  CHECK_MESSAGE(explained(talk).starts_with("node7: " + sentence), explained(talk));
}

}  // namespace

TEST_CASE("A host of another processor is refused before anything is sent") {
  const HostBed bed;
  auto settings = bed.settings();
  settings.machine = "pdp11";
  const auto talk = bed.talk(settings);
  check_refused(talk, "it has another processor architecture; ");
  CHECK(talk.sent_bytes == 0);
  CHECK_FALSE(talk.machine.empty());
}

TEST_CASE("A missing folder, a missing installation and a prolog that ends are named") {
  const HostBed bed;
  auto settings = bed.settings();
  SUBCASE("folder") {
    settings.path = "/nowhere/at all";
    const auto talk = bed.talk(settings);
    check_refused(talk, "the folder to work in is not there; ");
    CHECK_MESSAGE(explained(talk).find("folder /nowhere/at all cannot") != std::string::npos, explained(talk));
    CHECK(talk.sent_bytes == 0);
  }
  SUBCASE("installation") {
    settings.prefix = "/nowhere";
    const auto talk = bed.talk(settings);
    check_refused(talk, "nothing is installed where --prefix says; ");
    CHECK_MESSAGE(explained(talk).find("program /nowhere/bin/scoop-worker") != std::string::npos, explained(talk));
    CHECK(talk.sent_bytes == 0);
  }
  SUBCASE("exit") {
    settings.prolog = "exit 3";
    const auto talk = bed.talk(settings);
    check_refused(talk, "its prolog ended before anything began; ");
    CHECK(talk.outcome.status == 3);
  }
  SUBCASE("mistake") {
    settings.prolog = "if then";
    check_refused(bed.talk(settings), "its prolog ended before anything began; ");
  }
}

TEST_CASE("A cache that cannot be made says so") {
  const HostBed bed;
  SUBCASE("a file in its place") {
    fs::create_directory(bed.home() + "/.cache");
    HostBed::write_file(bed.cache(), "text");
    check_refused(bed.talk(bed.settings()), "no folder can be made for its cache; ");
  }
  SUBCASE("a file above it") {
    HostBed::write_file(bed.home() + "/.cache", "text");
    check_refused(bed.talk(bed.settings()), "no folder can be made for its cache; ");
  }
  SUBCASE("no permission") {
    fs::permissions(bed.home(), fs::perms::owner_read | fs::perms::owner_exec);
    std::vector<std::string> as_somebody;
    if (::geteuid() == 0) as_somebody = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
    check_refused(talk_by(bed, bed.settings(), as_somebody, {{"LC_ALL", "de_DE.UTF-8"}}),
                  "no folder can be made for its cache; ");
  }
}

TEST_CASE("A cache that is another user's is not used, nor where a link leads there") {
  const HostBed bed;
  auto others = std::string("/");
  if (::geteuid() == 0) {
    others = bed / "others";
    fs::create_directory(others);
    REQUIRE(::chown(others.c_str(), 65534, 65534) == 0);
  }
  fs::create_directory(bed.home() + "/.cache");
  fs::create_directory_symlink(others, bed.cache());
  const auto talk = bed.talk(bed.settings());
  check_refused(talk, "others may change what lies in its cache; ");
  CHECK(talk.sent_bytes == 0);
}

TEST_CASE("File systems that are full, read-only or noexec are named, and nothing is left on them") {
  if (!can_mount()) return;
  const HostBed bed;
  const auto talk = [&](const std::string& options) {
    auto words = mounted(bed, options);
    // What is left is seen before the mount goes.
    words[4] =
        "mount -t tmpfs -o \"$0\" none \"$1\" && folder=$1 && shift && { \"$@\"; status=$?; ls -A \"$folder/scoop\" "
        "2>/dev/null | grep '^\\.new'; exit $status; }";
    return talk_by(bed, bed.settings(), words);
  };
  SUBCASE("full") {
    const auto full = talk("size=4k");
    check_refused(full, "no space is left there; ");
    CHECK_MESSAGE(full.outcome.out.empty(), full.outcome);
  }
  SUBCASE("read-only") { check_refused(talk("ro"), "nothing can be written there; "); }
  SUBCASE("noexec") {
    const auto forbidden = talk("noexec");
    CHECK_MESSAGE(explained(forbidden).starts_with("node7: programs may not run from there (noexec); "),
                  explained(forbidden));
  }
}

TEST_CASE("A host without a program that is needed says which one") {
  const HostBed bed;
  for (const std::string missing : {"tar", "head", "uname"}) {
    CAPTURE(missing);
    const auto path = path_without(bed, missing);
    const auto talk = talk_by(bed, bed.settings(), {}, {{"PATH", path}});
    check_refused(talk, "a command is missing there; ");
    CHECK_MESSAGE(explained(talk).find(missing + ": not found") != std::string::npos, explained(talk));
    CHECK(bed.cached().empty());
    fs::remove_all(path);
  }
}

TEST_CASE("A host without stat shares nothing and gets everything") {
  const HostBed bed;
  const auto settings = bed.settings(true);
  const auto talk = talk_by(bed, settings, {}, {{"PATH", path_without(bed, "stat")}});
  CHECK_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.sent_bytes == settings.runtime->archive.size() + settings.program->archive.size());
}

TEST_CASE("Words of the shell that nobody asked for are an error, not obeyed") {
  const HostBed bed;
  const auto marker = new_marker();
  for (const std::string word : {"send everything", "folder somewhere /", "", "hello"}) {
    Bootstrap bootstrap(bed.settings(), marker);
    const auto answer = bootstrap.on_output("noise " + marker + " " + word + "\n");
    REQUIRE_FALSE(answer);
    CHECK(answer.failure().message.starts_with("its shell says what nobody asked for: "));
  }
}

TEST_CASE("Noise of short lines takes no longer than that of long ones") {
  const HostBed bed;
  Bootstrap bootstrap(bed.settings());
  std::string block;
  while (block.size() < (4u << 20)) block += "y\n";
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(bootstrap.on_output(block));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));  // squared, it was minutes
  CHECK(bootstrap.rest().empty());
}

TEST_CASE("Noise without end and words in pieces are taken as they come") {
  const HostBed bed;
  const auto marker = new_marker();
  Bootstrap bootstrap(bed.settings(), marker);
  for (int i = 0; i < 1000; ++i) REQUIRE(bootstrap.on_output(std::string(4096, 'x') + '\n'));
  for (int i = 0; i < 1000; ++i) REQUIRE(bootstrap.on_output(std::string(4096, 'x')));
  CHECK(bootstrap.words() == 0);
  for (const char c : marker + " machine vax\n" + "noise\n" + marker + " program /there\n") {
    REQUIRE(bootstrap.on_output(std::string(1, c)));
  }
  CHECK(bootstrap.machine() == "vax");
  CHECK(bootstrap.plugin_path() == "/there/program.so");
  REQUIRE(bootstrap.on_output(marker + " ready\n\nframes"));
  CHECK(bootstrap.words() == 3);
  CHECK(bootstrap.is_ready());
  CHECK(bootstrap.rest() == "\nframes");
}

#include "launcher/bootstrap.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <functional>

#include "ssh/host_talk.hpp"
#include "ssh/shells.hpp"

using namespace scoop;
using test::HostBed;
using test::Talk;
using test::Talker;
namespace fs = std::filesystem;

// The real script in real shells, without ssh between.

namespace {

std::size_t archive_size(const SharedBundle& bundle) { return bundle->archive.size(); }

/// What the stand-in for scoop-worker says of `name`.
std::string shown(const Talk& talk, const std::string& name) {
  const auto place = talk.outcome.out.find("\n" + name + "=");
  if (place == std::string::npos) return "nothing of " + name;
  const auto begin = place + name.size() + 2;
  return talk.outcome.out.substr(begin, talk.outcome.out.find('\n', begin) - begin);
}

std::string started(const Talk& talk) { return talk.outcome.out.substr(0, talk.outcome.out.find('\n')); }

void check_three_runs(const HostBed& bed, const std::function<Talk(const HostSettings&)>& talk) {
  const auto settings = bed.settings();
  const auto& [runtime, program] = std::pair(settings.runtime, settings.program);
  const auto first = talk(settings);
  REQUIRE_MESSAGE(first.is_ready, first.outcome);
  CHECK_MESSAGE(first.outcome.status == 0, first.outcome);
  CHECK_MESSAGE(first.outcome.err.empty(), first.outcome);
  CHECK(first.sent_bytes == archive_size(runtime) + archive_size(program));
  const auto runtime_folder = bed.cache() + "/" + runtime->hash;
  const auto program_folder = bed.cache() + "/" + program->hash;
  CHECK(first.plugin_path == program_folder + "/" + fs::path(bed.program()).filename().string());
  CHECK(HostBed::contents(first.plugin_path) == HostBed::contents(bed.program()));
  CHECK(started(first) == "<" + runtime_folder + "/scoop-worker><--host><--control-stdio><--cache><" + runtime_folder +
                              "><--cache><" + program_folder + ">");
  CHECK(shown(first, "libraries") == runtime_folder + ":" + program_folder);
  CHECK(shown(first, "ours") == runtime_folder + ":" + program_folder);

  const auto second = talk(settings);
  CHECK_MESSAGE(second.is_ready, second.outcome);
  CHECK(second.sent_bytes == 0);
  CHECK(second.plugin_path == first.plugin_path);
  CHECK(started(second) == started(first));

  HostBed::write_file(bed.program(), "another program\n");
  const auto changed = bed.settings();
  const auto third = talk(changed);
  CHECK_MESSAGE(third.is_ready, third.outcome);
  CHECK(third.sent_bytes == archive_size(changed.program));
  CHECK(HostBed::contents(third.plugin_path) == "another program\n");
}

}  // namespace

TEST_CASE("A host gets everything once, then nothing, then a changed program alone: with every login shell") {
  for (const auto& shell : test::login_shells()) {
    CAPTURE(shell);
    const HostBed bed;
    check_three_runs(bed, [&](const HostSettings& settings) { return bed.talk(settings, shell); });
  }
}

TEST_CASE("A host gets everything once, then nothing, then a changed program alone: with every /bin/sh") {
  const std::vector<std::vector<std::string>> shells{
      {"dash"}, {"bash", "--posix"}, {"busybox", "sh"}, {"ksh"}, {"zsh", "--emulate", "sh"}};
  for (auto argv : shells) {
    if (!test::is_installed(argv.at(0))) continue;
    CAPTURE(argv.at(0));
    const HostBed bed;
    check_three_runs(bed, [&](const HostSettings& settings) {
      Bootstrap bootstrap(settings);
      auto full = argv;
      full.insert(full.end(), {"-c", bootstrap.command_script()});
      auto command = bed.command(full);
      return Talker(std::move(bootstrap), std::move(command)).finish();
    });
  }
}

TEST_CASE("A host gets everything once, then nothing, then a changed program alone: with busybox for all tools") {
  if (!test::is_installed("busybox")) return;
  const HostBed bed;
  const auto tools = bed / "tools";
  fs::create_directory(tools);
  REQUIRE(test::run({.argv = {"busybox", "--install", "-s", tools}}).status == 0);
  check_three_runs(bed, [&](const HostSettings& settings) {
    Bootstrap bootstrap(settings);
    auto command = bed.command({"busybox", "sh", "-c", bootstrap.command_script()});
    command.env["PATH"] = tools;
    return Talker(std::move(bootstrap), std::move(command)).finish();
  });
}

TEST_CASE("Homes, programs and folders may have any names") {
  const std::string odd = "a b'c\"d$e`f\\g!h*i;j&k";
  const HostBed bed(odd, odd + ".so");
  check_three_runs(bed, [&](HostSettings settings) {
    settings.path = bed / odd;
    const auto talk = bed.talk(settings);
    CHECK(talk.folder == bed / odd);
    return talk;
  });
}

TEST_CASE("scoop-worker gets its input and output byte for byte, behind everything that was sent") {
  const HostBed bed;
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i % 251);
  for (int i = 0; i < 2; ++i) {
    Bootstrap bootstrap(bed.settings());
    auto command = bed.command({"sh", "-c", bootstrap.command_script()});
    const auto talk = Talker(std::move(bootstrap), std::move(command)).finish(bytes);
    REQUIRE_MESSAGE(talk.is_ready, talk.outcome);
    CHECK(talk.outcome.out.ends_with("\n" + bytes));
  }
}

TEST_CASE("What the login shell writes before does no harm, even the script itself") {
  const HostBed bed;
  const auto marker = new_marker();
  const auto script = host_script(bed.settings(), marker);
  CHECK(script.find(marker) == std::string::npos);
  HostBed::write_file(bed / "noise", script + "Welcome!\nlast login: no line's end");
  Bootstrap bootstrap(bed.settings(), marker);
  auto command =
      bed.command({"sh", "-c", "cat \"$1\"; exec sh -c \"$2\"", "sh", bed / "noise", bootstrap.command_script()});
  const auto talk = Talker(std::move(bootstrap), std::move(command)).finish();
  CHECK_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.machine == bed.settings().machine);
}

TEST_CASE("What scoop-worker and its tasks see of the environment is the user's") {
  const HostBed bed;
  Bootstrap bootstrap(bed.settings());
  auto command = bed.command({"sh", "-c", "umask 027; " + bootstrap.command_script()});
  command.env["LD_LIBRARY_PATH"] = "/opt/x:/opt/y";
  command.env["LC_ALL"] = "de_DE.UTF-8";
  const auto talk = Talker(std::move(bootstrap), std::move(command)).finish();
  REQUIRE_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(shown(talk, "libraries") == shown(talk, "ours") + ":/opt/x:/opt/y");
  CHECK(shown(talk, "mask") == "0027");
  CHECK(shown(talk, "language") == "de_DE.UTF-8");
}

TEST_CASE("The cache is its user's alone") {
  const HostBed bed;
  fs::create_directories(bed.cache());
  fs::permissions(bed.cache(), fs::perms::all);
  REQUIRE(bed.talk(bed.settings()).is_ready);
  CHECK(fs::status(bed.cache()).permissions() == fs::perms::owner_all);
  for (const auto& entry : fs::directory_iterator(bed.cache())) {
    CHECK(entry.status().permissions() == fs::perms::owner_all);
  }
}

TEST_CASE("XDG_CACHE_HOME says where the cache is, unless it is relative") {
  const HostBed bed;
  const auto settings = bed.settings();
  const auto plugin_path = [&](const std::string& variable) {
    Bootstrap bootstrap(settings);
    auto command = bed.command({"sh", "-c", bootstrap.command_script()});
    command.env["XDG_CACHE_HOME"] = variable;
    return Talker(std::move(bootstrap), std::move(command)).finish().plugin_path;
  };
  CHECK(plugin_path(bed / "elsewhere") == bed / "elsewhere/scoop/" + settings.program->hash + "/program.so");
  CHECK(plugin_path("elsewhere") == bed.cache() + "/" + settings.program->hash + "/program.so");
}

TEST_CASE("Two runs that send the same at once both run, and one folder stays") {
  const HostBed bed;
  const auto settings = bed.settings();
  const auto make = [&] {
    Bootstrap bootstrap(settings);
    auto command = bed.command({"sh", "-c", bootstrap.command_script()});
    return Talker(std::move(bootstrap), std::move(command));
  };
  auto first = make();
  auto second = make();
  for (int i = 0; i < 2; ++i) {  // runtime and program
    const auto to_first = first.listen();
    const auto to_second = second.listen();
    CHECK_FALSE(to_first.empty());
    CHECK_FALSE(to_second.empty());
    first.say(to_first);
    second.say(to_second);
  }
  for (const auto& talk : {first.finish(), second.finish()}) {
    CHECK_MESSAGE(talk.is_ready, talk.outcome);
    CHECK_MESSAGE(talk.outcome.err.empty(), talk.outcome);
  }
  auto names = std::vector{settings.runtime->hash, settings.program->hash};
  std::sort(names.begin(), names.end());
  CHECK(bed.cached() == names[0] + " " + names[1]);
}

TEST_CASE("An archive that is cut off anywhere leaves nothing behind") {
  const HostBed bed;
  const auto settings = bed.settings();
  const auto& archive = settings.runtime->archive;
  // The second is between the last file and the mark, where tar sees nothing wrong.
  for (const std::size_t size : {archive.size() / 3, archive.size() - 3 * 512, std::size_t{0}}) {
    CAPTURE(size);
    Bootstrap bootstrap(settings);
    auto command = bed.command({"sh", "-c", bootstrap.command_script()});
    Talker talker(std::move(bootstrap), std::move(command));
    const auto wanted = talker.listen();
    REQUIRE(wanted.size() == archive.size());
    talker.say(wanted.slice(0, size));
    talker.hang_up();
    const auto talk = talker.finish();
    CHECK_FALSE(talk.is_ready);
    CHECK_MESSAGE(talk.outcome.status > 0, talk.outcome);
    CHECK(bed.cached().empty());
  }
}

TEST_CASE("A folder of the cache that is not whole is made anew") {
  const HostBed bed;
  const auto settings = bed.settings();
  const auto folder = bed.cache() + "/" + settings.program->hash;
  const auto is_sent_again = [&] {
    const auto talk = bed.talk(settings);
    CHECK_MESSAGE(talk.is_ready, talk.outcome);
    CHECK_MESSAGE(talk.outcome.err.empty(), talk.outcome);
    CHECK(HostBed::contents(talk.plugin_path) == HostBed::contents(bed.program()));
    return talk.sent_bytes == archive_size(settings.program);
  };
  REQUIRE(bed.talk(settings).is_ready);
  REQUIRE_FALSE(is_sent_again());
  SUBCASE("without its mark") { fs::remove(folder + "/.used"); }
  SUBCASE("without a file") { fs::remove(folder + "/program.so"); }
  SUBCASE("with an empty file") { HostBed::write_file(folder + "/program.so", ""); }
  SUBCASE("with a file that was cut off") { fs::resize_file(folder + "/program.so", 5); }
  SUBCASE("with nothing") {
    fs::remove_all(folder);
    fs::create_directory(folder);
  }
  SUBCASE("a file") {
    fs::remove_all(folder);
    HostBed::write_file(folder, "text");
  }
  CHECK(is_sent_again());
  CHECK_FALSE(is_sent_again());
}

TEST_CASE("Use is noted by the time of the mark") {
  const HostBed bed;
  const auto settings = bed.settings();
  REQUIRE(bed.talk(settings).is_ready);
  const auto mark = bed.cache() + "/" + settings.runtime->hash + "/.used";
  const auto now = fs::file_time_type::clock::now();
  CHECK(now - fs::last_write_time(mark) < std::chrono::minutes(5));
  fs::last_write_time(mark, now - std::chrono::hours(100));
  REQUIRE(bed.talk(settings).is_ready);
  CHECK(now - fs::last_write_time(mark) < std::chrono::minutes(5));
}

TEST_CASE("Files that are the same there are used in place") {
  const HostBed bed;
  auto settings = bed.settings(true);
  settings.own_libraries = "/opt/own";
  const auto talk = bed.talk(settings);
  REQUIRE_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.sent_bytes == 0);
  CHECK(talk.plugin_path == bed.program());
  CHECK(started(talk) == "<" + bed / "scoop-worker" + "><--host><--control-stdio>");
  CHECK(shown(talk, "libraries") == "/opt/own");
  CHECK(shown(talk, "ours") == "/opt/own");
  CHECK_FALSE(fs::exists(bed.cache()));
}

TEST_CASE("Files that are older or newer there are sent") {
  const HostBed bed;
  auto settings = bed.settings(true);
  settings.own_libraries = "/opt/own";
  const auto time = fs::last_write_time(bed.program());
  fs::last_write_time(bed.program(), time + std::chrono::seconds(2));
  const auto talk = bed.talk(settings);
  REQUIRE_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.sent_bytes == archive_size(settings.program));
  CHECK(shown(talk, "ours") == bed.cache() + "/" + settings.program->hash + ":/opt/own");
  CHECK(started(talk) == "<" + bed / "scoop-worker" + "><--host><--control-stdio><--cache><" + bed.cache() + "/" +
                             settings.program->hash + ">");
}

TEST_CASE("SCOOP_ALWAYS_SHIP turns sharing off") {
  const HostBed bed;
  const auto settings = bed.settings();
  ::setenv("SCOOP_ALWAYS_SHIP", "1", 1);
  CHECK_FALSE(own_settings(settings.runtime, settings.program).may_share);
  ::unsetenv("SCOOP_ALWAYS_SHIP");
  CHECK(own_settings(settings.runtime, settings.program).may_share);
}

TEST_CASE("An installation of --prefix takes the place of what would be sent") {
  const HostBed bed;
  auto settings = bed.settings();
  SUBCASE("absolute") { settings.prefix = bed.home() + "/opt"; }
  SUBCASE("from the home") { settings.prefix = "opt"; }
  fs::create_directories(bed.home() + "/opt/bin");
  fs::copy_file(bed / "scoop-worker", bed.home() + "/opt/bin/scoop-worker");
  const auto talk = bed.talk(settings);
  REQUIRE_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.sent_bytes == archive_size(settings.program));
  CHECK(started(talk).starts_with("<" + bed.home() + "/opt/bin/scoop-worker>"));
}

TEST_CASE("The working folder is the one that was asked for, the launcher's own, or the home") {
  const HostBed bed;
  fs::create_directory(bed / "own");
  fs::create_directory(bed.home() + "/data");
  auto settings = bed.settings();
  settings.own_path = bed / "own";
  std::string expected = settings.own_path;
  auto kind = WorkingFolder::own;
  SUBCASE("own") {}
  SUBCASE("home") {
    settings.own_path = bed / "gone";
    expected = bed.home();
    kind = WorkingFolder::home;
  }
  SUBCASE("asked") {
    expected = settings.path = bed.home() + "/data";
    kind = WorkingFolder::asked;
  }
  SUBCASE("asked, from the home") {
    settings.path = "data";
    expected = bed.home() + "/data";
    kind = WorkingFolder::asked;
  }
  const auto talk = bed.talk(settings);
  CHECK_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.folder == expected);
  CHECK(talk.folder_kind == kind);
  CHECK(shown(talk, "folder") == expected);
}

TEST_CASE("A prolog sets the environment; its words go to standard error, and the input is not its own") {
  const HostBed bed;
  auto settings = bed.settings();
  settings.prolog =
      "# it's a \"prolog\" of several lines\nexport BY_PROLOG='a\\b'\nLD_LIBRARY_PATH=/opt/module\nexport "
      "LD_LIBRARY_PATH\necho loading\ncat\nIFS=:/\nset -eu\nreturn 0\n";
  Bootstrap bootstrap(settings);
  auto command = bed.command({"sh", "-c", bootstrap.command_script()});
  const auto talk = Talker(std::move(bootstrap), std::move(command)).finish("input");
  REQUIRE_MESSAGE(talk.is_ready, talk.outcome);
  CHECK(talk.outcome.err == "loading\n");
  CHECK(shown(talk, "set") == "a\\b");
  CHECK(shown(talk, "libraries") == shown(talk, "ours") + ":/opt/module");
  CHECK(talk.outcome.out.ends_with("\ninput"));
}

TEST_CASE("Whatever a prolog sets, the end of a daemon that was killed ends what is left") {
  const HostBed bed;
  HostBed::write_file(bed / "scoop-worker", "#!/bin/sh\n[ \"$1\" != --clean-up ] || exec echo cleaned\nkill -9 $$\n");
  auto settings = bed.settings();
  for (const std::string prolog : {"true", "set -e"}) {
    CAPTURE(prolog);
    settings.prolog = prolog;
    const auto talk = bed.talk(settings);
    CHECK_MESSAGE(talk.outcome.status == 137, talk.outcome);
    CHECK_MESSAGE(talk.outcome.out == "cleaned\n", talk.outcome);
  }
}

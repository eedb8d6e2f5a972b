#include <doctest/doctest.h>

#include <cstdio>
#include <set>
#include <sstream>

#include "common/base/sanitizers.hpp"
#include "launcher/library_closure.hpp"
#include "ssh/host_talk.hpp"
#include "ssh/shells.hpp"

using namespace scoop;
using test::Talker;
namespace fs = std::filesystem;

// The real programs on a host that has a shell, tar, coreutils and the C library, and nothing else.

namespace {

/// The absolute paths in what ldd says.
std::set<std::string> libraries_of(const std::string& program) {
  std::set<std::string> paths;
  std::istringstream words(test::run({.argv = {"ldd", program}}).out);
  for (std::string word; words >> word;) {
    if (word.starts_with('/')) paths.insert(word);
  }
  return paths;
}

class BareRoot {
 public:
  BareRoot() {
    add("/bin/sh");
    for (const std::string tool : {"tar", "chmod", "head", "mkdir", "mv", "rm", "stat", "touch", "uname"}) {
      add(test::find_program(tool));
    }
    // The C library comes as a whole on every host, though these tools need only a part.
    for (const auto& library : libraries_of(SCOOP_WORKER)) {
      if (is_of_c_library(fs::path(library).filename().string())) copy(library);
    }
    fs::create_directory(folder_ / "home");
    fs::create_directory(folder_ / "dev");
    test::HostBed::write_file(folder_ / "dev/null", "");  // a plain file: making a device needs real root
  }

  test::Command command(const std::string& script) const {
    const auto found = test::find_program("chroot");
    const auto chroot = found.empty() ? "/usr/sbin/chroot" : found;  // not on every user's PATH
    std::vector<std::string> argv{chroot, folder_.path().string(), "/bin/sh", "-c", script};
    if (::geteuid() != 0) argv.insert(argv.begin(), {"unshare", "-r"});
    return {.argv = argv, .env = {{"HOME", "/home"}, {"PATH", path_}, {"XDG_CACHE_HOME", ""}, {"LD_LIBRARY_PATH", ""}}};
  }

  bool can_be_entered() const {
    if (has_address_sanitizer() || has_thread_sanitizer()) {
      std::printf("sanitizers want a /proc, which a bare root has not: skipped\n");
      return false;
    }
    const auto outcome = test::run(command("exit 0"));
    if (outcome.status != 0) std::printf("no root can be entered here: skipped (%s)\n", outcome.err.c_str());
    return outcome.status == 0;
  }

  bool has(const std::string& path) const { return fs::exists(folder_ / path); }

 private:
  void add(const std::string& program) {
    copy(program);
    for (const auto& library : libraries_of(program)) copy(library);
    const auto folder = fs::path(program).parent_path().string();
    if (path_.find(folder) == std::string::npos) path_ += (path_.empty() ? "" : ":") + folder;
  }
  void copy(const std::string& path) {
    const auto target = folder_ / path.substr(1);
    fs::create_directories(fs::path(target).parent_path());
    fs::copy_file(path, target, fs::copy_options::skip_existing);
  }

  test::TempDir folder_;
  // What starts the command is looked up on it too.
  std::string path_;
};

}  // namespace

TEST_CASE("scoop-worker and a program run on a bare host") {
  const BareRoot root;
  if (!root.can_be_entered()) return;
  const auto runtime = bundle_runtime(SCOOP_WORKER);
  REQUIRE(runtime);
  const auto program = bundle_program(BUNDLED_PLUGIN, **runtime);
  REQUIRE(program);
  const auto settings = own_settings(*runtime, *program);
  const auto talk = [&] {
    Bootstrap bootstrap(settings);
    auto command = root.command(bootstrap.command_script());
    return Talker(std::move(bootstrap), std::move(command)).finish();
  };
  const auto first = talk();
  REQUIRE_MESSAGE(first.is_ready, first.outcome);
  CHECK(first.sent_bytes == (*runtime)->archive.size() + (*program)->archive.size());
  CHECK(first.folder_kind == WorkingFolder::home);
  CHECK(first.plugin_path == "/home/.cache/scoop/" + (*program)->hash + "/bundled_plugin.so");
  CHECK(root.has(first.plugin_path.substr(1)));
  const auto second = talk();
  CHECK_MESSAGE(second.is_ready, second.outcome);
  CHECK(second.sent_bytes == 0);

  // Without arguments it says how it is used, which it can only do once all its libraries are loaded.
  const auto folder = "/home/.cache/scoop/" + (*runtime)->hash;
  const auto start = [&](const std::string& before) {
    return test::run(root.command(before + " exec " + folder + "/scoop-worker"));
  };
  const auto used = start("LD_LIBRARY_PATH=" + folder + " &&  export LD_LIBRARY_PATH &&");
  CHECK_MESSAGE(used.status == 2, used);
  CHECK_MESSAGE(used.err.starts_with("scoop-worker is started by scoop-launch"), used);
  const auto bare = start("");
  CHECK_MESSAGE(bare.status == 127, bare);
  CHECK_MESSAGE(bare.err.find("cannot open shared object file") != std::string::npos, bare);
}

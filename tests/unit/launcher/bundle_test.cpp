#include "launcher/bundle.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;
namespace fs = std::filesystem;

namespace {

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

SharedBundle made(const Result<SharedBundle>& bundle) {
  if (!bundle) FAIL(bundle.failure().message);
  return *bundle;
}

/// Of this test: it needs the standard library of C++, as scoop-worker does.
SharedBundle own_runtime() { return made(bundle_runtime(fs::read_symlink("/proc/self/exe"))); }

std::vector<std::string> names(const Bundle& bundle) {
  std::vector<std::string> result;
  for (const auto& file : bundle.files) result.push_back(file.name);
  return result;
}

bool has(const Bundle& bundle, const std::string& name) {
  const auto all = names(bundle);
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace

TEST_CASE("bundle_runtime takes the program first, and its libraries under the names they are asked for") {
  const auto runtime = own_runtime();
  CHECK(runtime->files.at(0).name == "scoop_launcher_tests");
  CHECK(has(*runtime, "libstdc++.so.6"));
  CHECK_FALSE(has(*runtime, "libc.so.6"));
}

TEST_CASE("bundle_program takes the program and what it needs beyond the runtime") {
  const auto program = made(bundle_program(BUNDLED_PLUGIN, *own_runtime()));
  CHECK(names(*program) == std::vector<std::string>{"bundled_plugin.so", "libscoop_beside.so.7"});
}

TEST_CASE("Bundle unpacks to its files and the mark, byte for byte") {
  const test::TempDir folder;
  const auto program = made(bundle_program(BUNDLED_PLUGIN, *own_runtime()));
  const auto outcome = test::run({.argv = {"tar", "-xvof", "-", "-C", folder.path().string()},
                                  .input = {program->archive.begin(), program->archive.end()}});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(outcome.out == "bundled_plugin.so\nlibscoop_beside.so.7\n.used\n", outcome);
  for (const auto& file : program->files) {
    CHECK(file.path.front() == '/');
    CHECK(contents(folder / file.name) == contents(file.path));
  }
}

TEST_CASE("Bundle knows its files again: inode, size, time of change") {
  const auto program = made(bundle_program(BUNDLED_PLUGIN, *own_runtime()));
  const auto& file = program->files.at(0);
  const auto told = test::run({.argv = {"stat", "-L", "-c", "%i %s %Y", BUNDLED_PLUGIN}});
  CHECK(told.out ==
        std::to_string(file.inode) + " " + std::to_string(file.size) + " " + std::to_string(file.changed) + "\n");
}

TEST_CASE("Bundle has another hash when a name or a byte is another, and only then") {
  const test::TempDir folder;
  const auto runtime = own_runtime();
  const auto hash_of = [&](const std::string& path) { return made(bundle_program(path, *runtime))->hash; };
  fs::copy_file(BUNDLED_PLUGIN, folder / "bundled_plugin.so");
  fs::copy_file(BUNDLED_PLUGIN, folder / "other.so");
  const auto hash = hash_of(BUNDLED_PLUGIN);
  CHECK(hash.size() == 32);
  CHECK(hash_of(folder / "bundled_plugin.so") == hash);
  CHECK(hash_of(folder / "other.so") != hash);
  std::ofstream(folder / "bundled_plugin.so", std::ios::app) << '\0';
  CHECK(hash_of(folder / "bundled_plugin.so") != hash);
}

TEST_CASE("bundle_program says which library is missing, and what to do") {
  const auto program = bundle_program(NEEDY_PLUGIN, *own_runtime());
  REQUIRE_FALSE(program);
  CHECK(program.failure().message == std::string(NEEDY_PLUGIN) +
                                         " needs libscoop_vanished.so, which is not found: install it, or add its "
                                         "folder to LD_LIBRARY_PATH");
}

TEST_CASE("bundle_program does not miss what the runtime brings") {
  Bundle runtime = *own_runtime();
  runtime.files.push_back({"libscoop_vanished.so", "/elsewhere/libscoop_vanished.so"});
  CHECK(names(*made(bundle_program(NEEDY_PLUGIN, runtime))) == std::vector<std::string>{"needy_plugin.so"});
}

TEST_CASE("bundle_runtime says which file it cannot read") {
  const auto runtime = bundle_runtime("/nowhere/scoop-worker");
  REQUIRE_FALSE(runtime);
  CHECK(runtime.failure().message ==
        "/nowhere/scoop-worker cannot be read: No such file or directory; it must be, to be sent to other hosts");
}

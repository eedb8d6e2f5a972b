#include "launcher/program_cache.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "launcher/program_compiler.hpp"
#include "support/contents.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

struct Bench {
  TempDir dir;
  fs::path folder = dir.path() / "cache";
  fs::path source = dir.path() / "a b.cpp";
  ProgramCache cache{(fs::create_directory(folder), folder.string())};

  Bench() { write(source, "source"); }
  std::string add(const std::string& key, const std::string& library, const std::string& name = "a.so") {
    const auto made = cache.make_folder();
    REQUIRE(made);
    write(fs::path(*made) / name, library);
    const auto added = cache.add(key, *made, name, {source.string()});
    REQUIRE(added);
    return *added;
  }
};

}  // namespace

TEST_CASE("Source is known by its name") {
  for (const char* name : {"a.cpp", "x/b.cc", "c.cxx", "d.C", "e.c++"}) CHECK(is_source(name));
  for (const char* name : {"a.so", "cpp", "b.c", "b.cpp.so", ".cpp", ""}) CHECK_FALSE(is_source(name));
}

TEST_CASE("Dependencies are read as a compiler writes them for make") {
  CHECK(read_dependencies("a.so: a.cpp \\\n /usr/include/x.h \\\n  b\\ c.hpp d$$.hpp\n") ==
        std::vector<std::string>{"a.cpp", "/usr/include/x.h", "b c.hpp", "d$.hpp"});
  CHECK(read_dependencies("/a\\ b/c.so: \\\n x\n") == std::vector<std::string>{"x"});
  CHECK(read_dependencies("").empty());
  CHECK(read_dependencies("no target").empty());
  CHECK(read_dependencies("a:\\").size() <= 1);
}

TEST_CASE("ProgramCache finds what was compiled until a file that it was compiled from changes") {
  Bench bench;
  CHECK_FALSE(bench.cache.find("key"));
  const std::string library = bench.add("key", "first");
  CHECK(contents(library) == "first");
  CHECK(bench.cache.find("key") == library);
  CHECK_FALSE(bench.cache.find("other"));

  write(bench.source, "source, changed");
  CHECK_FALSE(bench.cache.find("key"));
  const std::string second = bench.add("key", "second");
  CHECK(bench.cache.find("key") == second);
  CHECK(contents(library) == "first");  // who runs it is not disturbed

  fs::remove(bench.source);
  CHECK_FALSE(bench.cache.find("key"));
}

TEST_CASE("ProgramCache keeps equal libraries once, under each name, and survives what is missing or damaged") {
  Bench bench;
  const std::string one = bench.add("one", "same");
  CHECK(bench.add("two", "same") == one);
  const std::string renamed = bench.add("three", "same", "b.so");
  CHECK(fs::path(renamed).filename() == "b.so");
  CHECK(contents(renamed) == "same");
  CHECK(bench.cache.find("one") == one);

  fs::remove(one);
  CHECK_FALSE(bench.cache.find("one"));
  CHECK(bench.cache.find("three") == renamed);
  write(bench.folder / "three.index", "nonsense");
  CHECK_FALSE(bench.cache.find("three"));
  write(bench.folder / "three.index", "nonsense\nnonsense\n");
  CHECK_FALSE(bench.cache.find("three"));
}

TEST_CASE("ProgramCache removes what was not used for the longest time, beyond its limit") {
  Bench bench;
  const std::string old = bench.add("old", std::string(1000, 'o'));
  const std::string recent = bench.add("recent", std::string(1000, 'r'));
  const auto age = [&](const fs::path& path, std::chrono::hours by) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - by);
  };
  age(fs::path(old).parent_path(), std::chrono::hours(48));
  age(fs::path(recent).parent_path(), std::chrono::hours(24));
  bench.cache.trim(1'000'000);
  CHECK(bench.cache.find("old") == old);  // which counts as use

  bench.cache.trim(1500);
  CHECK(bench.cache.find("old") == old);
  CHECK_FALSE(bench.cache.find("recent"));
  bench.cache.trim(0);
  CHECK(bench.cache.find("old") == old);  // it may be in use
}

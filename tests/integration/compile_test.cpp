// scoop-launch program.cpp, and scoop-c++.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/contents.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace scoop::test;

namespace {

namespace fs = std::filesystem;

/// A folder, with a blank in its name, with source, a cache, and a compiler that counts how often it is called.
struct Bench {
  TempDir dir;
  fs::path folder = dir.path() / "a folder";
  fs::path compiler = dir.path() / "counting-c++";

  Bench() {
    fs::create_directory(folder);
    std::ofstream(compiler) << "#!/bin/sh\necho >>\"" << (dir.path() / "calls").string() << "\"\nexec "
                            << SCOOP_COMPILER << " \"$@\"\n";
    fs::permissions(compiler, fs::perms::owner_all);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  std::size_t calls() const {
    const std::string lines = contents(dir.path() / "calls");
    return static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  }
  Command command(std::vector<std::string> words) const {
    std::vector<std::string> argv{SCOOP_LAUNCH, "-q", "-n", "2"};
    argv.insert(argv.end(), words.begin(), words.end());
    return {.argv = argv,
            .env = {{"XDG_CACHE_HOME", (dir.path() / "cache").string()}, {"CXX", compiler.string()}},
            .directory = folder};
  }
};

}  // namespace

TEST_CASE("scoop-launch compiles source, once, and again when something of it has changed") {
  const Bench bench;
  bench.write(
      "squares.cpp",
      "#include <scoop/futures.hpp>\n#include <cstdio>\n#include <cstdlib>\n#include <ranges>\n#include \"n.hpp\"\n"
      "int squared(int x) { return x * x; }\n"
      "int main(int argc, char** argv) {\n"
      "  int sum = 0;\n"
      "  for (int y : scoop::futures::map(squared, std::views::iota(0, n))) sum += y;\n"
      "  std::printf(\"%d %d %s\\n\", sum, argc, argv[1]);\n}\n");
  bench.write("n.hpp", "inline constexpr int n = 10;\n");
  const auto command = bench.command({"squares.cpp", "-x y"});
  const auto first = run(command);
  CAPTURE(first);
  CHECK(first.out == "285 2 -x y\n");
  CHECK(first.err == "");
  CHECK(first.status == 0);
  CHECK(bench.calls() == 1);
  CHECK(run(command).out == "285 2 -x y\n");
  CHECK(bench.calls() == 1);
  bench.write("n.hpp", "inline constexpr int n = 3;\n");
  CHECK(run(command).out == "5 2 -x y\n");
  CHECK(bench.calls() == 2);
}

TEST_CASE("scoop-launch compiles with the user's flags") {
  const Bench bench;
  bench.write("answer.cpp", "#include <cstdio>\nint main() { std::printf(ANSWER, VALUE); }\n");
  const std::string flags = "-DVALUE=42 '-DANSWER=\"%d is it\\n\"'";
  const auto outcome = run(bench.command({"--cxxflags", flags, "answer.cpp"}));
  CAPTURE(outcome);
  CHECK(outcome.out == "42 is it\n");
  const auto other = run(bench.command({"--cxxflags=-DVALUE=43 '-DANSWER=\"%d\"'", "./answer.cpp"}));
  CHECK(other.out == "43");
}

TEST_CASE("scoop-launch shows what the compiler says, and that main did not run") {
  const Bench bench;
  bench.write("broken.cpp", "int main() { return nothing; }\n");
  const auto outcome = run(bench.command({"broken.cpp"}));
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  CHECK(outcome.err.find("broken.cpp:1:21: error: ") != std::string::npos);
  CHECK(outcome.err.ends_with("scoop-launch: broken.cpp was not compiled; what the compiler said is above\n"));
  CHECK(fs::is_empty(bench.dir.path() / "cache/scoop/programs"));
}

TEST_CASE("scoop-launch says in one sentence what keeps it from compiling") {
  const Bench bench;
  const auto says = [](Command command) {
    const auto outcome = run(std::move(command));
    CHECK(outcome.status == 2);
    return outcome.err;
  };
  CHECK(says(bench.command({"absent.cpp"})) == "scoop-launch: cannot read absent.cpp: No such file or directory\n");
  fs::create_directory(bench.folder / "folder.cpp");
  CHECK(says(bench.command({"folder.cpp"})) == "scoop-launch: folder.cpp is a folder, not a program\n");
  CHECK(says(bench.command({"--cxxflags=-O3", "a.so"})) ==
        "scoop-launch: --cxxflags is for a program that is compiled first, and a.so is no C++ source\n");
  bench.write("fine.cpp", "int main() {}\n");
  auto without_compiler = bench.command({"fine.cpp"});
  without_compiler.env["CXX"] = "no-such-compiler";
  CHECK(says(without_compiler) ==
        "scoop-c++: there is no compiler \"no-such-compiler\": install g++ 12 or clang++ 16, or set CXX to one\n"
        "scoop-launch: fine.cpp was not compiled; what the compiler said is above\n");
  auto without_cache = bench.command({"fine.cpp"});
  without_cache.env["XDG_CACHE_HOME"] = "/dev/null";
  CHECK(says(without_cache) ==
        "scoop-launch: compiled programs cannot be kept in /dev/null/scoop/programs: Not a directory; "
        "set XDG_CACHE_HOME to a folder of your own\n");
  bench.write("library.cpp", "int not_main() { return 0; }\n");
  CHECK(says(bench.command({"library.cpp"})).find("main") != std::string::npos);
}

TEST_CASE("scoop-launch that compiles twice at once gives both a whole program") {
  const Bench bench;
  bench.write("seven.cpp", "int main() { return 7; }\n");
  Process one(bench.command({"seven.cpp"}));
  Process two(bench.command({"seven.cpp"}));
  CHECK(one.wait().status == 7);
  CHECK(two.wait().status == 7);
  CHECK(run(bench.command({"seven.cpp"})).status == 7);
  CHECK(bench.calls() <= 2);
}

TEST_CASE("scoop-c++ compiles and links by hand, for the launcher and to run alone") {
  const Bench bench;
  bench.write("part.cpp", "#include <scoop/logger.hpp>\nvoid part() { scoop::logger()->info(\"in a part\"); }\n");
  bench.write("whole.cpp",
              "#include <scoop/scoop.hpp>\n#include <cstdio>\nvoid part();\n"
              "int main() { part(); std::printf(\"%d\\n\", scoop::is_running()); }\n");
  const auto compile = [&](std::vector<std::string> words) {
    words.insert(words.begin(), SCOOP_CXX);
    const auto outcome = run({.argv = words, .directory = bench.folder});
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    return outcome.out;
  };
  compile({"-c", "part.cpp"});
  compile({"whole.cpp", "part.o", "-o", "whole.so"});
  CHECK(run(bench.command({"./whole.so"})).out == "1\n");
  compile({"whole.cpp", "part.o", "-o", "whole"});
  CHECK(run({.argv = {(bench.folder / "whole").string()}}).out == "0\n");
  CHECK(compile({"--show", "a b.cpp"}).find("'a b.cpp' -o 'a b.so' -shared") != std::string::npos);
}

#include "launcher/options.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

auto parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv{"scoop-launch"};
  argv.insert(argv.end(), arguments);
  return parse_launcher_options(static_cast<int>(argv.size()), argv.data());
}

LauncherOptions options(std::initializer_list<const char*> arguments) {
  const auto parsed = parse(arguments);
  REQUIRE(parsed);
  REQUIRE(std::holds_alternative<LauncherOptions>(*parsed));
  return std::get<LauncherOptions>(*parsed);
}

std::string answer(std::initializer_list<const char*> arguments) {
  const auto parsed = parse(arguments);
  REQUIRE(parsed);
  REQUIRE(std::holds_alternative<Answer>(*parsed));
  return std::get<Answer>(*parsed).text;
}

std::string failure(std::initializer_list<const char*> arguments) {
  const auto parsed = parse(arguments);
  REQUIRE_FALSE(parsed);
  return parsed.failure().message;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("Launcher options: without any, all is as usual") {
  const auto got = options({"./a.so"});
  CHECK(got.program == "./a.so");
  CHECK(got.arguments.empty());
  CHECK_FALSE(got.workers);
  CHECK(got.log_level == LogLevel::info);
  CHECK(got.log_file.empty());
  CHECK_FALSE(got.ship_all);
  CHECK(got.stack_bytes == 8u << 20);
  CHECK_FALSE(got.lost_after);
  CHECK(got.worker_settings.threads == 0);
  CHECK_FALSE(got.worker_settings.bind_to_cores);
  CHECK(got.worker_settings.wrap.empty());
  CHECK(got.fault.rate == 0);
}

TEST_CASE("Launcher options: each says what it says") {
  const auto got = options({"-n", "12", "-v", "--log-file", "l g", "--ship-all", "--stack-size", "512K", "--lost-after",
                            "1500ms", "--fault", "7:0.25", "a.so"});
  CHECK(got.workers == 12);
  CHECK(got.log_level == LogLevel::debug);
  CHECK(got.log_file == "l g");
  CHECK(got.ship_all);
  CHECK(got.stack_bytes == 512u << 10);
  CHECK(got.lost_after == 1500ms);
  CHECK(got.fault.seed == 7);
  CHECK(got.fault.rate == 0.25);
  const auto tuned =
      options({"--threads-per-worker", "3", "--bind", "core", "--wrap", "gdb --args", "--wrap-workers", "0,2", "a.so"})
          .worker_settings;
  CHECK(tuned.threads == 3);
  CHECK(tuned.bind_to_cores);
  CHECK(tuned.wrap == "gdb --args");
  CHECK(tuned.wrapped == std::vector<std::uint32_t>{0, 2});
  CHECK_FALSE(options({"--bind", "none", "a.so"}).worker_settings.bind_to_cores);
  CHECK(options({"-n4", "a.so"}).workers == 4);
  CHECK(options({"-vv", "a.so"}).log_level == LogLevel::trace);
  CHECK(options({"-v", "-v", "a.so"}).log_level == LogLevel::trace);
  CHECK(options({"-q", "a.so"}).log_level == LogLevel::error);
  CHECK(options({"--log-file=x", "a.so"}).log_file == "x");
}

TEST_CASE("Launcher options: all behind the program is the program's") {
  const auto got = options({"-n", "2", "a.so", "-n", "3", "--help", "--", "--no-such", "-v", ""});
  CHECK(got.workers == 2);
  CHECK(got.program == "a.so");
  CHECK(got.arguments == Words{"-n", "3", "--help", "--", "--no-such", "-v", ""});
  CHECK(got.log_level == LogLevel::info);
}

TEST_CASE("Launcher options: behind a double dash comes the program, whatever it looks like") {
  const auto got = options({"-q", "--", "-a.so", "x"});
  CHECK(got.program == "-a.so");
  CHECK(got.arguments == Words{"x"});
}

TEST_CASE("Launcher options: help and version answer at once") {
  CHECK(answer({"--version"}) == "SCOOP " SCOOP_VERSION "\n");
  const auto help = answer({"-h"});
  CHECK(help.find("scoop-launch [options] program.so|program.cpp [arguments...]") != std::string::npos);
  for (const auto* option :
       {"-n", "-v", "-q", "--log-file", "--ship-all", "--stack-size", "--lost-after", "--version"}) {
    CHECK(help.find(option) != std::string::npos);
  }
  CHECK(help.find("--fault") == std::string::npos);
}

TEST_CASE("Launcher options: a wrong value is told with what is right") {
  const std::string workers = "-n needs a number of workers from 1 to 65535, got ";
  CHECK(failure({"-n", "0", "a.so"}) == workers + "\"0\"");
  CHECK(failure({"-n", "x", "a.so"}) == workers + "\"x\"");
  CHECK(failure({"-n", "-2", "a.so"}) == workers + "\"-2\"");
  CHECK(failure({"-n", "65536", "a.so"}) == workers + "\"65536\"");
  CHECK(failure({"-n", "2.5", "a.so"}) == workers + "\"2.5\"");
  CHECK(failure({"--stack-size", "8Q", "a.so"}).find("--stack-size needs a size") == 0);
  CHECK(failure({"--stack-size", "1K", "a.so"}).find("--stack-size needs a size") == 0);
  CHECK(failure({"--lost-after", "soon", "a.so"}).find("--lost-after needs a time") == 0);
  CHECK(failure({"--lost-after", "0", "a.so"}).find("--lost-after needs a time") == 0);
  CHECK(failure({"--fault", "7", "a.so"}).find("--fault needs seed:rate") == 0);
  CHECK(failure({"--fault", "7:1.5", "a.so"}).find("--fault needs seed:rate") == 0);
  CHECK(failure({"--threads-per-worker", "0", "a.so"}).find("--threads-per-worker needs a number from 1") == 0);
  CHECK(failure({"--bind", "socket", "a.so"}) == "--bind needs core or none, got \"socket\"");
  CHECK(failure({"--wrap", "x", "--wrap-workers", "0,a", "a.so"}).find("--wrap-workers needs numbers") == 0);
  CHECK(failure({"--wrap-workers", "0", "a.so"}).find("give both") != std::string::npos);
  CHECK(failure({"-n"}).find("-n needs a value") == 0);
}

TEST_CASE("Launcher options: an empty value is none") {
  for (const auto* option :
       {"-n", "--log-file", "--stack-size", "--lost-after", "--threads-per-worker", "--bind", "--wrap", "--fault"}) {
    CHECK(failure({option, "", "a.so"}) == option + std::string(" has an empty value: give one, or leave it out"));
  }
  CHECK(failure({"--wrap", "x", "--wrap-workers", "", "a.so"}).find("--wrap-workers has an empty value") == 0);
  CHECK(failure({"--log-file=", "a.so"}).find("--log-file has an empty value") == 0);
  CHECK(failure({"--log-file=", "a.so", "b.so"}).find("--log-file has an empty value") == 0);
  CHECK(options({"a.so", "--x="}).arguments == Words{"--x="});
}

TEST_CASE("Launcher options: one given twice, or against another, is refused") {
  CHECK(failure({"-n", "2", "-n", "2", "a.so"}) == "-n is given twice: give it once");
  CHECK(failure({"--log-file", "x", "--log-file=y", "a.so"}) == "--log-file is given twice: give it once");
  CHECK(failure({"-q", "-v", "a.so"}) == "-q and -v contradict each other: give one of them");
  CHECK(options({"-q", "-q", "--ship-all", "--ship-all", "a.so"}).ship_all);
}

TEST_CASE("Launcher options: a flag takes no value") {
  CHECK(failure({"--ship-all=5", "a.so"}).find("--ship-all takes no value") == 0);
  CHECK(failure({"--quiet=x", "a.so"}).find("--quiet takes no value") == 0);
  CHECK(failure({"-q=3", "a.so"}).find("unknown option -=3; did you mean -") == 0);
}

TEST_CASE("Launcher options: an unknown one is answered with the nearest known") {
  CHECK(failure({"--shipall", "a.so"}).find("unknown option --shipall; did you mean --ship-all?") == 0);
  CHECK(failure({"--log", "a.so"}).find("unknown option --log; did you mean --log-file?") == 0);
  CHECK(failure({"--stak-size=8M", "a.so"}).find("unknown option --stak-size; did you mean --stack-size?") == 0);
  CHECK(failure({"-vz", "a.so"}).find("unknown option -z; did you mean -") == 0);
}

TEST_CASE("Launcher options: no program is told") {
  CHECK(failure({}).find("no program given") == 0);
  CHECK(failure({"-n", "3"}).find("no program given") == 0);
  CHECK(failure({"--"}).find("no program given") == 0);
  CHECK(failure({"-q", ""}).find("no program given") == 0);
}

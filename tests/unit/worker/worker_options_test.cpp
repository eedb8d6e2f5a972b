#include "worker/options.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace {

scoop::Result<scoop::WorkerOptions> parse(std::initializer_list<const char*> arguments) {
  std::vector<const char*> argv{"scoop-worker"};
  argv.insert(argv.end(), arguments);
  return scoop::parse_worker_options(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

TEST_CASE("parse_worker_options tells daemon from worker") {
  CHECK_FALSE(parse({"--control-fd", "5"})->is_daemon);
  CHECK(parse({"--control-fd", "5"})->control_fd == 5);
  CHECK(parse({"--host", "--control-fd", "0"})->is_daemon);
  CHECK(parse({"--host", "--control-fd", "0"})->control_fd == 0);
  CHECK(parse({"--host", "--control-stdio"})->by_stdio);
  CHECK(parse({"--preload", "a b.so", "--control-fd", "5"})->preload == "a b.so");
  CHECK(parse({"--clean-up", "name=value"})->left_by == "name=value");
}

TEST_CASE("parse_worker_options answers who asks for help or the version") {
  CHECK(parse({"--help"})->answer.find("Usage: scoop-worker [OPTIONS]\n") != std::string::npos);
  CHECK(parse({"-h"})->answer == parse({"--help"})->answer);
  CHECK(parse({"--version"})->answer.starts_with("scoop-worker "));
  CHECK(parse({"--control-fd", "5"})->answer.empty());
}

TEST_CASE("parse_worker_options says who starts it") {
  for (const auto& wrong : {parse({}), parse({"--host"}), parse({"--control-fd"}), parse({"--control-fd", "x"}),
                            parse({"--control-fd", "-1"}), parse({"--control-fd", "4x"}),
                            parse({"--control-fd", "4", "--preload"}), parse({"--control-fd", "5", "more"}),
                            parse({"--control-stdio"}), parse({"--host", "--control-stdio", "--control-fd", "5"})}) {
    REQUIRE_FALSE(wrong);
    CHECK(wrong.failure().message.find("scoop-worker is started by scoop-launch") == 0);
  }
}

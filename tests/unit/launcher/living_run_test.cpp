#include "launcher/living_run.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "support/temp_dir.hpp"

using namespace scoop;
using scoop::test::TempDir;

namespace {

const std::string first = "20261126-014502-1", second = "20261127-014502-2";

}  // namespace

TEST_CASE("A command is for the only run that is going on, or for the one that it names") {
  TempDir folder;
  for (const auto& run : {first, second}) std::filesystem::create_directory(folder.path() / run);
  const std::string path = folder.path();

  CHECK(*choose_living_run(path, {first}, std::nullopt) == first);
  CHECK(*choose_living_run(path, {second, first}, "20261126") == first);
  CHECK(choose_living_run(path, {}, std::nullopt).failure().message ==
        "no run of yours is going on (scoop-launch runs lists those that have ended)");
  CHECK(choose_living_run(path, {second, first}, std::nullopt).failure().message ==
        "several runs are going on: " + second + ", " + first + "; say which");
  CHECK(choose_living_run(path, {second}, first).failure().message ==
        "run " + first + " has ended; " + second + " is going on");
  CHECK(choose_living_run(path, {}, first).failure().message == "run " + first + " has ended");
  CHECK_FALSE(choose_living_run(path, {second}, "2025"));
}

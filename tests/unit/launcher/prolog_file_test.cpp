#include "launcher/prolog_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temp_dir.hpp"

using namespace scoop;

namespace {

std::string refusal(const std::string& path) {
  const auto text = read_prolog(path);
  return text ? "none" : text.failure().message;
}

}  // namespace

TEST_CASE("read_prolog gives a script as it is") {
  const test::TempDir folder;
  const std::string text = "module load gcc\n# \xc3\xa4 'x' \\\n\n";
  std::ofstream(folder / "prolog", std::ios::binary) << text;
  const auto read = read_prolog(folder / "prolog");
  REQUIRE(read);
  CHECK(*read == text);
}

TEST_CASE("read_prolog says what is no script") {
  const test::TempDir folder;
  const auto path = folder / "prolog";
  CHECK(refusal(path) == "--prolog " + path + " cannot be read: No such file or directory");
  CHECK(refusal("/dev/null") == "--prolog /dev/null is not a file: name a script of sh");
  CHECK(refusal(folder.path()) == "--prolog " + folder.path().string() + " is a folder: name a script of sh");
  std::ofstream(path, std::ios::binary) << std::string(
      "\x7f"
      "ELF\0",
      5);
  CHECK(refusal(path) == "--prolog " + path + " is not a text: name a script of sh");
  std::ofstream(path, std::ios::binary) << std::string((100 << 10) + 1, '#');
  CHECK(refusal(path) == "--prolog " + path + " is larger than 100 KiB: name a script of sh");
}

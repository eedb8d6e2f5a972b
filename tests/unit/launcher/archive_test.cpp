#include "launcher/archive.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

using namespace scoop;

namespace {

std::string archived(const std::string& name, const std::string& bytes) {
  return archive_header(name, bytes.size()) + bytes + std::string(archive_padding(bytes.size()), '\0');
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("archive_header is a block of POSIX with a sum over itself") {
  const auto header = archive_header("libscoop.so.0", 1234567);
  REQUIRE(header.size() == archive_block);
  CHECK(header.substr(0, 14) == std::string("libscoop.so.0\0", 14));
  CHECK(header.substr(100, 8) == std::string("0000755\0", 8));
  CHECK(header.substr(124, 12) == std::string("00004553207\0", 12));
  CHECK(header.substr(156, 1) == "0");
  CHECK(header.substr(257, 8) == std::string("ustar\0"
                                             "00",
                                             8));
  unsigned sum = 8 * ' ';
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i < 148 || i >= 156) sum += static_cast<unsigned char>(header[i]);
  }
  CHECK(std::stoul(header.substr(148, 6), nullptr, 8) == sum);
}

TEST_CASE("archive_header takes files of up to 8 GiB") {
  CHECK(archive_header("a", largest_archived_file).substr(124, 12) == std::string("77777777777\0", 12));
}

TEST_CASE("archive_padding fills the last block") {
  CHECK(archive_padding(0) == 0);
  CHECK(archive_padding(1) == 511);
  CHECK(archive_padding(512) == 0);
  CHECK(archive_padding(513) == 511);
}

TEST_CASE("tar unpacks an archive: names of all lengths, every byte, executable, without a word") {
  const test::TempDir folder;
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += static_cast<char>(i);
  std::vector<std::string> names{"a", "-b", "with blank", "it's", "\xc3\xa4"};
  for (const std::size_t length : {99, 100, 101, 155, 156, 254, 255}) names.emplace_back(length, 'n');
  std::string archive;
  for (std::size_t i = 0; i < names.size(); ++i) archive += archived(names[i], bytes.substr(0, i * 128));
  archive += std::string(archive_end, '\0');

  const auto outcome = test::run({.argv = {"tar", "-xof", "-", "-C", folder.path().string()}, .input = archive});
  CHECK_MESSAGE(outcome.status == 0, outcome);
  CHECK_MESSAGE(outcome.err.empty(), outcome);
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(names[i]);
    CHECK(contents(folder / names[i]) == bytes.substr(0, i * 128));
    struct stat status {};
    REQUIRE(::stat((folder / names[i]).c_str(), &status) == 0);
    CHECK((status.st_mode & S_IXUSR) != 0);
  }
}

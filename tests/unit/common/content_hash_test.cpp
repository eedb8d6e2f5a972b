#include "common/base/content_hash.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "support/temp_dir.hpp"

using namespace scoop;

namespace {

std::string write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::uint64_t hash_of(const std::string& bytes) {
  const test::TempDir folder;
  const auto hash = content_hash(write_file(folder / "file", bytes));
  REQUIRE(hash);
  return *hash;
}

}  // namespace

TEST_CASE("content_hash is the same for copies of a file") {
  const std::string bytes(1'000'003, 'x');
  CHECK(hash_of(bytes) == hash_of(bytes));
}

TEST_CASE("content_hash sees every bit that changes, wherever it is") {
  const std::string bytes(600'000, 'x');  // more than two blocks, and no whole number of strides
  std::set<std::uint64_t> hashes{hash_of(bytes)};
  std::size_t files = 1;
  for (const std::size_t at : {0u, 7u, 8u, 31u, 32u, 262'143u, 262'144u, 524'288u, 599'999u}) {
    for (const int bit : {0, 7}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      hashes.insert(hash_of(changed));
      ++files;
    }
  }
  CHECK(hashes.size() == files);
}

TEST_CASE("content_hash sees two changes that would cancel each other in a plain sum") {
  std::string bytes(256, 'x');
  const auto before = hash_of(bytes);
  bytes[7] = static_cast<char>(bytes[7] ^ 0x80);  // the top bits of two words of one lane
  bytes[39] = static_cast<char>(bytes[39] ^ 0x80);
  CHECK(hash_of(bytes) != before);
  std::swap_ranges(bytes.begin(), bytes.begin() + 32, bytes.begin() + 32);
  CHECK(hash_of(bytes) != before);
}

TEST_CASE("content_hash tells files of zeros apart by their length") {
  std::set<std::uint64_t> hashes;
  for (const std::size_t size : {0u, 1u, 31u, 32u, 33u, 262'144u, 262'145u})
    hashes.insert(hash_of(std::string(size, '\0')));
  CHECK(hashes.size() == 7);
}

TEST_CASE("content_hash says which file it cannot read") {
  const auto hash = content_hash("/nowhere/program.so");
  REQUIRE_FALSE(hash);
  CHECK(hash.failure().message == "/nowhere/program.so cannot be read: No such file or directory");
  CHECK_FALSE(content_hash("/"));
}

TEST_CASE("ContentHash gives 128 bits in digits, of which each half sees every change") {
  const auto digits_of = [](const std::string& bytes) {
    ContentHash hash;
    hash.add(bytes);
    return hash.digits();
  };
  std::string bytes(100, 'x');
  std::set<std::string> first_halves;
  std::set<std::string> second_halves;
  const auto note = [&](const std::string& digits) {
    REQUIRE(digits.size() == 32);
    CHECK(digits.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(digits.substr(0, 16) != digits.substr(16));
    CHECK(first_halves.insert(digits.substr(0, 16)).second);
    CHECK(second_halves.insert(digits.substr(16)).second);
  };
  note(digits_of(bytes));
  for (char& byte : bytes) {
    byte = 'y';
    note(digits_of(bytes));
    byte = 'x';
  }
  bytes.push_back('\0');
  note(digits_of(bytes));
}

TEST_CASE("ContentHash does not see into which pieces the bytes were cut") {
  const std::string bytes = "some text that is longer than two times thirty-two bytes, and a little more";
  ContentHash whole;
  whole.add(bytes);
  ContentHash pieces;
  pieces.add(bytes.substr(0, ContentHash::stride));
  pieces.add(bytes.substr(ContentHash::stride));
  CHECK(pieces.value() == whole.value());
  CHECK(pieces.digits() == whole.digits());
}

#include <scoop/detail/reduce_parts.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

using scoop::detail::NeighbourParts;
using scoop::detail::Reader;
using scoop::detail::TreeParts;
using scoop::detail::Writer;

namespace {

std::string letter(std::uint64_t i) { return std::string(1, static_cast<char>('a' + i)); }
std::string join(std::string left, std::string right) { return "(" + std::move(left) + std::move(right) + ")"; }
bool never() { return false; }

template <class Parts>
void compute(Parts& parts, std::uint64_t lo, std::uint64_t hi) {
  parts.compute(lo, hi, letter, join, never);
}

/// Some of [0, 26) is computed at another worker, which writes it in two pieces; all comes in any order.
std::string reduced_by_two(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::uint64_t lo = random() % 25;
  const std::uint64_t mid = lo + random() % (26 - lo);
  const std::uint64_t hi = mid + 1 + random() % (26 - mid);
  std::uint64_t frontier = 0;
  TreeParts<std::string> parts(26, frontier);
  std::uint64_t other_frontier = lo;
  TreeParts<std::string> other(26, other_frontier);
  std::vector<std::uint64_t> mine(26);
  std::iota(mine.begin(), mine.end(), 0);
  std::erase_if(mine, [&](std::uint64_t i) { return i >= lo && i < hi; });
  std::shuffle(mine.begin(), mine.end(), random);
  const std::size_t before = random() % (mine.size() + 1);
  for (std::size_t i = 0; i < before; ++i) compute(parts, mine[i], mine[i] + 1);
  for (const auto& [begin, end] : {std::pair{lo, mid}, std::pair{mid, hi}}) {
    if (begin == end) continue;
    compute(other, begin, end);
    CHECK(other_frontier == end);
    Writer out;
    other.write(out, begin, end);
    Reader in(out.view());
    parts.read(in, begin, end, join);
  }
  for (std::size_t i = before; i < mine.size(); ++i) compute(parts, mine[i], mine[i] + 1);
  CHECK(frontier == 26);
  return parts.take_whole();
}

/// While it joins, others may write what is below the frontier: that must end where what is being joined begins, here
/// with the letter c or with a bracket.
template <class Parts>
void check_frontier_while_joining() {
  std::uint64_t frontier = 0;
  Parts parts(8, frontier);
  int joins = 0;
  const auto looking = [&](std::string left, std::string right) {
    ++joins;
    CHECK(frontier <= (left[0] == 'c' ? 2 : 0));
    return join(std::move(left), std::move(right));
  };
  compute(parts, 0, 2);
  CHECK(frontier == 2);
  parts.compute(2, 3, letter, looking, never);
  parts.compute(3, 4, letter, looking, never);
  CHECK(joins >= 2);
  CHECK(frontier == 4);
  compute(parts, 6, 8);
  CHECK(frontier == 4);
  Writer out;
  parts.write(out, 0, 4);
  compute(parts, 4, 6);
  CHECK(frontier == 8);
}

}  // namespace

TEST_CASE("Parts of a tree are bracketed by the size alone, whoever computes them and when") {
  std::uint64_t frontier = 0;
  TreeParts<std::string> five(5, frontier);
  compute(five, 0, 5);
  CHECK(five.take_whole() == "(((ab)(cd))e)");
  const std::string expected = reduced_by_two(0);
  CHECK(expected.starts_with("(((((ab)(cd))((ef)(gh)))"));
  for (std::uint64_t seed = 1; seed < 300; ++seed) CHECK(reduced_by_two(seed) == expected);
}

TEST_CASE("What is being joined is not there to be written") {
  check_frontier_while_joining<NeighbourParts<std::string>>();
  check_frontier_while_joining<TreeParts<std::string>>();
}

TEST_CASE("Parts of a tree that are none are refused") {
  std::uint64_t frontier = 0;
  TreeParts<std::string> parts(8, frontier);
  Writer out;
  scoop::detail::encode(out, std::uint8_t{2});  // four elements, from the first on
  scoop::detail::encode(out, std::string("x"));
  Reader at_one(out.view());
  CHECK_THROWS_AS(parts.read(at_one, 1, 5, join), scoop::DecodeError);
  Reader cut(out.view().substr(0, 1));
  CHECK_THROWS_AS(parts.read(cut, 0, 4, join), scoop::DecodeError);
}

// Containers, strings, times keep what they hold.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "support/encoded.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

struct Plain {
  int id;
  double weight[2];
  char code;
};
struct Odd {  // three bytes: blocks of it are never aligned to anything
  char a, b, c;
  bool operator==(const Odd&) const = default;
};
struct Large {
  double values[1000];
  bool operator==(const Large&) const = default;
};

}  // namespace

TEST_CASE("Strings are MessagePack strings of any length") {
  for (std::size_t size : {0, 1, 31, 32, 255, 256, 65'535, 65'536}) CHECK(travels(std::string(size, 'x')));
  CHECK(travels(std::string("a\0b\xff", 4)));
  CHECK(travels(std::wstring(L"wide \u20ac")));
  CHECK(travels(std::u8string(u8"\u20ac")));
  CHECK(travels(std::u16string(u"\u20ac")));
  CHECK(travels(std::u32string(U"\u20ac")));
  CHECK(encoded(std::string("abc")) ==
        "\xa3"
        "abc");
}

TEST_CASE("Sequences keep their elements in order") {
  for (int size : {0, 1, 15, 16, 300, 70'000}) {
    CHECK(travels(std::vector<int>(static_cast<std::size_t>(size), -7)));
    CHECK(travels(std::vector<std::string>(static_cast<std::size_t>(size), "x")));
    CHECK(travels(std::vector<char>(static_cast<std::size_t>(size), 'x')));
    CHECK(travels(std::vector<bool>(static_cast<std::size_t>(size), true)));
  }
  CHECK(travels(std::vector<bool>{true, false, false, true, false, true, true, false, true}));
  CHECK(travels(std::vector<std::byte>{std::byte{1}}));
  CHECK(travels(std::vector<std::vector<double>>{{1.5}, {}, {2.5, 3.5}}));
  CHECK(travels(std::array<int, 3>{1, 2, 3}));
  CHECK(travels(std::array<int, 0>{}));
  CHECK(travels(std::array<bool, 2>{true, false}));
  CHECK(travels(std::array<std::string, 2>{"a", "b"}));
  CHECK(travels(std::array<std::array<int, 2>, 2>{{{1, 2}, {3, 4}}}));
  CHECK(travels(std::deque<int>{1, 2, 3}));
  CHECK(travels(std::list<std::string>{"a", "b"}));
  CHECK(travels(std::forward_list<int>{1, 2, 3}));
}

TEST_CASE("Blocks of elements keep them at every alignment") {
  std::vector<double> numbers(1000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 0.1 * static_cast<double>(i);
  const std::vector<Odd> odd(3000, Odd{'a', 'b', 'c'});
  const std::vector<Large> large(3, Large{{1, 2, 3}});
  for (std::size_t skew = 0; skew < 16; ++skew) {
    detail::Writer out;
    out.write("................", skew);
    detail::encode(out, numbers);
    detail::encode(out, odd);
    detail::encode(out, large);
    detail::Reader in(out.data + skew, out.size - skew);
    CHECK((detail::decode<std::vector<double>>(in) == numbers));
    CHECK((detail::decode<std::vector<Odd>>(in) == odd));
    CHECK((detail::decode<std::vector<Large>>(in) == large));
  }
}

TEST_CASE("Numbers in a vector take their own size") {
  CHECK(encoded(std::vector<double>(1000)).size() <= 8 * 1000 + 6);
  CHECK(encoded(std::vector<Plain>(1000)).size() <= sizeof(Plain) * 1000 + 6);
  CHECK(encoded(std::vector<char>(1000)).size() <= 1000 + 5);
  CHECK(encoded(std::vector<bool>(1000)).size() <= 125 + 8);
}

TEST_CASE("Sets and maps keep their elements") {
  CHECK(travels(std::set<int>{3, 1, 2}));
  CHECK(travels(std::multiset<std::string>{"a", "a"}));
  CHECK(travels(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}}));
  CHECK(travels(std::multimap<int, int>{{1, 1}, {1, 2}}));
  CHECK(travels(std::unordered_set<int>{1, 2, 3}));
  CHECK(travels(std::unordered_multiset<int>{1, 1}));
  CHECK(travels(std::unordered_map<std::string, int>{{"a", 1}, {"b", 2}}));
  CHECK(travels(std::unordered_multimap<int, int>{{1, 2}, {1, 2}}));
}

TEST_CASE("Pairs, tuples, optionals and variants keep what they hold") {
  CHECK(travels(std::pair(1, std::string("a"))));
  CHECK(travels(std::tuple<>()));
  CHECK(travels(std::tuple(1, 2.5, std::string("a"), std::tuple(std::vector<int>{1}))));
  CHECK(travels(std::tuple(std::tuple(1))));
  CHECK(travels(std::optional<int>()));
  CHECK(travels(std::optional<std::optional<int>>(std::optional<int>())));
  CHECK(travels(std::optional<std::monostate>(std::monostate())));
  using Choice = std::variant<std::monostate, int, std::string, int>;
  CHECK(travels(Choice()));
  CHECK(travels(Choice("text")));
  CHECK(travels(Choice(std::in_place_index<3>, 1)));
}

TEST_CASE("Times and paths keep their value") {
  CHECK(travels(5ns));
  CHECK(travels(std::chrono::duration<double, std::milli>(0.25)));
  CHECK(travels(std::chrono::system_clock::time_point(123456789us)));
  CHECK(travels(std::chrono::year_month_day(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(22))));
  CHECK(travels(std::filesystem::path("/a b/\xff.txt")));
}

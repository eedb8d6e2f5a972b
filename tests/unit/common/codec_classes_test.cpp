// Classes with nothing written for it keep their members.
#include <doctest/doctest.h>

#include <array>
#include <complex>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/encoded.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

enum Small { small_a, small_b };
struct Plain {
  int id;
  double weight[2];
  char code;
  bool operator==(const Plain&) const = default;
};
struct Derived : Plain {
  short extra = 0;
  bool operator==(const Derived&) const = default;
};
class Hidden {
 public:
  constexpr explicit Hidden(int x) : x_(x) {}
  bool operator==(const Hidden&) const = default;

 private:
  int x_;
};
struct Odd {  // three bytes: blocks of it are never aligned to anything
  char a, b, c;
  bool operator==(const Odd&) const = default;
};
struct Large {
  double values[1000];
  bool operator==(const Large&) const = default;
};
struct Empty {
  bool operator==(const Empty&) const = default;
};
struct Person {
  const std::string name;
  int age = 0;
  std::vector<std::string> tags;
  Small small = small_a;
  bool operator==(const Person&) const = default;
};
struct Team {
  std::map<std::string, Person> members;
  std::array<std::string, 2> names;
  std::optional<Plain> plain;
  std::complex<double> z;
  Empty empty;
  bool operator==(const Team&) const = default;
};
struct Node {
  int v = 0;
  std::vector<Node> kids;
  bool operator==(const Node&) const = default;
};
struct Even;
struct Uneven {
  std::vector<Even> next;
};
struct Even {
  std::map<int, Uneven> next;
};
struct Pinned {  // neither copied nor moved
  explicit Pinned(std::string t) : text(std::move(t)) {}
  Pinned(Pinned&&) = delete;
  std::string text;
};
struct Bits {
  std::string name;
  unsigned low : 3;
  bool flag : 1;
};

}  // namespace

TEST_CASE("Plain classes go as a block, whatever their members") {
  CHECK(travels(Plain{1, {2, 3}, 'x'}));
  Derived derived{{1, {2, 3}, 'x'}};
  derived.extra = 7;
  CHECK(travels(derived));
  CHECK((there_and_back(Hidden(5)) == Hidden(5)));
  CHECK(travels(Odd{'a', 'b', 'c'}));
  CHECK(travels(Large{{1, 2, 3}}));
  CHECK(travels(Empty()));
}

TEST_CASE("Other aggregates go member by member") {
  CHECK(travels(Team{{{"a", Person{"Ada", 36, {"x", "y"}, small_b}}}, {"n", "m"}, Plain{1, {2, 3}, 'x'}, {1, 2}, {}}));
  const Bits bits = there_and_back(Bits{"name", 5, true});
  CHECK(bits.name == "name");
  CHECK(bits.low == 5);
  CHECK(bits.flag);
}

TEST_CASE("Recursive classes keep their shape") {
  CHECK(travels(Node{1, {Node{2, {}}, Node{3, {Node{4, {}}}}}}));
  Even even;
  even.next[3].next.emplace_back().next[4];
  CHECK(there_and_back(even).next.at(3).next.at(0).next.count(4) == 1);
}

TEST_CASE("What can only be moved can be sent") {
  CHECK(there_and_back(std::unique_ptr<int>()) == nullptr);
  CHECK(*there_and_back(std::make_unique<int>(3)) == 3);
  std::map<int, std::vector<std::unique_ptr<Node>>> owners;
  owners[1].push_back(std::make_unique<Node>(Node{5, {}}));
  CHECK(there_and_back(owners).at(1).at(0)->v == 5);
}

TEST_CASE("A class has a limited number of levels, on either side") {
  auto chain = [](std::uint32_t levels) {
    Node node;
    for (std::uint32_t i = 1; i < levels; ++i) {
      Node above;
      above.kids.push_back(std::move(node));
      node = std::move(above);
    }
    return node;
  };
  CHECK((there_and_back(chain(detail::max_depth)) == chain(detail::max_depth)));
  CHECK_THROWS_AS(encoded(chain(detail::max_depth + 1)), EncodeError);
  detail::Writer out;
  out.depth_left += 1;
  detail::encode(out, chain(detail::max_depth + 1));
  CHECK_THROWS_AS(decoded<Node>(std::string(out.view())), DecodeError);
}

TEST_CASE("After an error the levels are counted from the start again") {
  struct Broken {
    std::variant<std::string, std::deque<int>> choice;
  } broken;
  CHECK_THROWS(broken.choice.emplace<1>(std::numeric_limits<std::size_t>::max()));
  REQUIRE(broken.choice.valueless_by_exception());
  detail::Writer out;
  CHECK_THROWS_AS(detail::encode(out, broken), EncodeError);
  CHECK(out.depth_left == detail::max_depth);
}

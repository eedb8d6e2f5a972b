// Every kind of class that can be sent: with nothing written, with MSGPACK_DEFINE, recursive, move-only, large.
#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <memory>
#include <msgpack.hpp>
#include <optional>
#include <scoop/futures.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/travel.hpp"

namespace futures = scoop::futures;
using scoop::test::check_travel;
using scoop::test::same;

namespace {

struct Empty {
  bool operator==(const Empty&) const = default;
};
struct Plain {
  int id;
  double weight;
  char code[4];
  bool operator==(const Plain&) const = default;
};
struct PlainBase {
  short key = 0;
  bool operator==(const PlainBase&) const = default;
};
struct PlainDerived : PlainBase {
  long values[3] = {};
  bool operator==(const PlainDerived&) const = default;
};
struct Bits {
  unsigned low : 3;
  unsigned high : 5;
  bool operator==(const Bits&) const = default;
};
struct Person {
  std::string name;
  int age = 0;
  std::vector<std::string> tags;
  bool operator==(const Person&) const = default;
};
struct Team {
  Person lead;
  std::map<std::string, Person> members;
  std::optional<Plain> badge;
  bool operator==(const Team&) const = default;
};
struct Wide {  // the largest number of members
  std::string a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5,
      c6, c7, c8, c9, d0, d1;
  bool operator==(const Wide&) const = default;
};
struct One {
  std::string only;
  bool operator==(const One&) const = default;
};
class Account {
 public:
  Account() = default;
  Account(std::string owner, long cents) : owner_(std::move(owner)), cents_(cents) {}
  bool operator==(const Account&) const = default;
  MSGPACK_DEFINE(owner_, cents_)

 private:
  std::string owner_;
  long cents_ = 0;
};
struct Node {
  int v = 0;
  std::vector<Node> kids;
  bool operator==(const Node&) const = default;
};
struct Holder {
  std::unique_ptr<int> number;
  std::string name;
};

Node tree(int depth) {
  Node node{depth, {}};
  if (depth > 0) node.kids = {tree(depth - 1), tree(depth - 1)};
  return node;
}

}  // namespace

TEST_CASE("Owned values travel") {
  CHECK(futures::submit(same<std::unique_ptr<int>>, std::unique_ptr<int>()).result() == nullptr);
  CHECK(*futures::submit(same<std::unique_ptr<int>>, std::make_unique<int>(5)).result() == 5);
  std::unique_ptr<Person> person =
      futures::submit(same<std::unique_ptr<Person>>, std::make_unique<Person>(Person{"Ada", 36, {"x"}})).result();
  REQUIRE(person);
  CHECK((*person == Person{"Ada", 36, {"x"}}));
  auto holder = futures::submit(same<Holder>, Holder{std::make_unique<int>(6), "six"}).result();
  CHECK(*holder.number == 6);
  CHECK(holder.name == "six");
  std::vector<std::unique_ptr<int>> several;
  for (int i = 0; i < 3; ++i) several.push_back(std::make_unique<int>(i));
  auto back = futures::submit(same<std::vector<std::unique_ptr<int>>>, std::move(several)).result();
  REQUIRE(back.size() == 3);
  CHECK(*back[2] == 2);
}

TEST_CASE("Plain classes travel with nothing written") {
  PlainDerived derived;
  derived.key = 3;
  derived.values[2] = -1;
  check_travel(Empty{}, Plain{1, 2.5, {'a', 'b', '\0', 'd'}}, derived, Bits{5, 17});
  check_travel(std::vector<Plain>(1000, Plain{1, 2.5, {}}), std::map<int, Plain>{{1, Plain{1, 2.5, {}}}});
}

TEST_CASE("Aggregates travel member by member with nothing written") {
  const Person ada{"Ada", 36, {"x", "y"}};
  Wide wide;
  wide.a0 = "first";
  wide.d1 = "last";
  check_travel(ada, One{"only"}, Team{ada, {{"b", Person{"Bob", 40, {}}}}, Plain{1, 2.5, {}}}, wide);
}

TEST_CASE("Classes with MSGPACK_DEFINE travel") {
  check_travel(Account("Ada", -12'345), std::optional(Account("Bob", 1)));
}

TEST_CASE("Recursive types travel") { check_travel(Node{}, tree(6)); }

TEST_CASE("Large values travel") {
  std::vector<double> numbers(512 * 1024);  // 4 MiB
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 0.5 * static_cast<double>(i);
  const std::vector<Plain> records(200'000, Plain{7, 1.5, {'x'}});
  std::vector<std::string> texts(50'000);
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = "text " + std::to_string(i);
  // All on their way at the same time.
  std::vector<scoop::Future<std::vector<double>>> several;
  for (int i = 0; i < 4; ++i) several.push_back(futures::submit(same<std::vector<double>>, numbers));
  auto of_records = futures::submit(same<std::vector<Plain>>, records);
  auto of_texts = futures::submit(same<std::vector<std::string>>, texts);
  for (auto& each : several) CHECK((each.result() == numbers));
  CHECK((of_records.result() == records));
  CHECK((of_texts.result() == texts));
}

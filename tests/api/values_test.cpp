// Every type that DESIGN says can be sent, as argument and as result of a task.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <complex>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <msgpack.hpp>
#include <optional>
#include <scoop/futures.hpp>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace futures = scoop::futures;

namespace {

template <class T>
T same(T value) {
  return value;
}

/// There and back, alone, in a vector, and as an element of a map.
template <class T>
void check_travels(const T& value) {
  CHECK((futures::submit(same<T>, value).result() == value));
  const std::vector<T> several{value, value, value};
  CHECK((futures::submit(same<std::vector<T>>, several).result() == several));
  CHECK((futures::map(same<T>, several).get() == several));
}

template <class T>
void check_number() {
  using Limits = std::numeric_limits<T>;
  for (T value : {T{}, T{1}, Limits::min(), Limits::max(), Limits::lowest()}) {
    CAPTURE(value);
    check_travels(value);
  }
}

template <class T>
void check_floating_point() {
  check_number<T>();
  check_travels(T(-0.1));
  check_travels(std::numeric_limits<T>::infinity());
  check_travels(std::numeric_limits<T>::denorm_min());
  CHECK(std::isnan(futures::submit(same<T>, std::numeric_limits<T>::quiet_NaN()).result()));
  CHECK(std::signbit(futures::submit(same<T>, T(-0.0)).result()));
}

enum Colour { red, green, blue };
enum class Level : std::int8_t { low = -5, high = 100 };
enum class Big : std::uint64_t { most = ~0ULL };

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

int add_one(int x) { return x + 1; }
using Function = int (*)(int);

}  // namespace

TEST_CASE("Integers travel with all their bits") {
  check_number<signed char>();
  check_number<unsigned char>();
  check_number<char>();
  check_number<short>();
  check_number<unsigned short>();
  check_number<int>();
  check_number<unsigned>();
  check_number<long>();
  check_number<unsigned long>();
  check_number<long long>();
  check_number<unsigned long long>();
  check_number<bool>();
  check_travels(std::byte{200});
}

TEST_CASE("Characters of every width travel") {
  check_travels(u8'x');
  check_travels(u'\u20ac');
  check_travels(U'\U0001f600');
  check_travels(L'w');
}

TEST_CASE("Floating point numbers travel with all their bits") {
  check_floating_point<float>();
  check_floating_point<double>();
  check_floating_point<long double>();
}

TEST_CASE("Complex numbers travel") {
  check_travels(std::complex<float>(1, -2));
  check_travels(std::complex<double>(0.1, -0.2));
}

TEST_CASE("Enumerations travel") {
  check_travels(blue);
  check_travels(Level::low);
  check_travels(Big::most);
}

TEST_CASE("Strings travel, whatever is in them") {
  check_travels(std::string());
  check_travels(std::string("text"));
  check_travels(std::string("a\0b\xff\n", 5));
  check_travels(std::string(100'000, 'x'));
}

TEST_CASE("Sequences travel") {
  check_travels(std::vector<int>{});
  check_travels(std::vector<double>{1.5, -2.5});
  check_travels(std::vector<bool>{true, false, true, true, false, true, true, true, false});
  check_travels(std::vector<std::vector<std::string>>{{"a", "b"}, {}, {"c"}});
  check_travels(std::array<int, 3>{1, 2, 3});
  check_travels(std::array<std::string, 2>{"a", "b"});
  check_travels(std::array<int, 0>{});
  check_travels(std::deque<int>{1, 2, 3});
  check_travels(std::list<std::string>{"a", "b"});
}

TEST_CASE("Sets and maps travel") {
  check_travels(std::set<int>{3, 1, 2});
  check_travels(std::multiset<int>{1, 1, 2});
  check_travels(std::map<std::string, int>{{"a", 1}, {"b", 2}});
  check_travels(std::multimap<int, std::string>{{1, "a"}, {1, "b"}});
  check_travels(std::map<int, std::map<int, std::set<char>>>{{1, {{2, {'x', 'y'}}}}});
  check_travels(std::unordered_set<std::string>{"a", "b"});
  check_travels(std::unordered_multiset<int>{1, 1});
  check_travels(std::unordered_map<int, double>{{1, 0.1}, {2, 0.2}});
  check_travels(std::unordered_multimap<int, int>{{1, 2}, {1, 2}});
}

TEST_CASE("Pairs and tuples travel") {
  check_travels(std::pair{1, std::string("one")});
  check_travels(std::tuple<>{});
  check_travels(std::tuple{1, 2.5, std::string("three"), std::vector{4, 5}});
  check_travels(std::tuple{std::tuple{std::pair{1, 2}}});
}

TEST_CASE("Optionals and variants travel") {
  check_travels(std::optional<int>{});
  check_travels(std::optional<int>{5});
  check_travels(std::optional<std::optional<int>>{std::optional<int>{}});
  check_travels(std::optional<std::vector<std::string>>{{"a"}});
  using Choice = std::variant<int, std::string, std::vector<double>, std::monostate>;
  check_travels(Choice{1});
  check_travels(Choice{"text"});
  check_travels(Choice{std::vector{1.5}});
  check_travels(Choice{std::monostate{}});
  check_travels(std::variant<int, int>{std::in_place_index<1>, 7});
}

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

TEST_CASE("Times travel") {
  using namespace std::chrono_literals;
  check_travels(5ns);
  check_travels(-3h);
  check_travels(std::chrono::duration<double>(0.5));
  check_travels(std::chrono::duration<std::int32_t, std::ratio<1, 30>>(7));
  check_travels(std::chrono::system_clock::now());
  check_travels(std::chrono::steady_clock::now());
  check_travels(std::chrono::sys_days(std::chrono::days(20'000)));
}

TEST_CASE("Paths travel") {
  check_travels(std::filesystem::path());
  check_travels(std::filesystem::path("/usr/share/with blank/x.txt"));
}

TEST_CASE("Function pointers travel") {
  check_travels(Function(add_one));
  check_travels(std::pair<Function, int>(add_one, 3));
}

TEST_CASE("Plain classes travel with nothing written") {
  check_travels(Empty{});
  check_travels(Plain{1, 2.5, {'a', 'b', '\0', 'd'}});
  PlainDerived derived;
  derived.key = 3;
  derived.values[2] = -1;
  check_travels(derived);
  check_travels(Bits{5, 17});
  check_travels(std::vector<Plain>(1000, Plain{1, 2.5, {}}));
  check_travels(std::map<int, Plain>{{1, Plain{1, 2.5, {}}}});
}

TEST_CASE("Aggregates travel member by member with nothing written") {
  const Person ada{"Ada", 36, {"x", "y"}};
  check_travels(ada);
  check_travels(One{"only"});
  check_travels(Team{ada, {{"b", Person{"Bob", 40, {}}}}, Plain{1, 2.5, {}}});
  Wide wide;
  wide.a0 = "first";
  wide.d1 = "last";
  check_travels(wide);
}

TEST_CASE("Classes with MSGPACK_DEFINE travel") {
  check_travels(Account("Ada", -12'345));
  check_travels(std::optional<Account>(Account("Bob", 1)));
}

TEST_CASE("Recursive types travel") {
  check_travels(Node{});
  check_travels(tree(6));
}

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

// Damaged bytes give a DecodeError or some other value of the type: nothing else, whatever they are.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <complex>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "support/encoded.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

struct Plain {
  int id;
  double weight;
  bool operator==(const Plain&) const = default;
};
struct Person {
  std::string name;
  std::vector<Plain> plains;
  std::optional<bool> flag;
  std::unique_ptr<Person> friend_;
};
struct Node {
  int v = 0;
  std::vector<Node> kids;
};
struct Greeting {
  std::string name;
  std::vector<std::string> addresses;
  bool is_first;
  std::vector<std::uint64_t> numbers;
};
struct Parcel {
  std::uint64_t number;
  std::pair<std::uint64_t, std::uint64_t> interval;
  std::vector<char> bytes;
};
using Letter = std::variant<Greeting, std::vector<Parcel>>;

/// One of everything.
struct All {
  std::int8_t i8 = -1;
  std::uint64_t u64 = 1ULL << 40;
  bool flag = true;
  float f = 1.5F;
  double d = 0.1;
  long double ld = 2;
  std::complex<double> z{1, 2};
  std::string text = "text";
  std::wstring wide = L"wide";
  std::vector<double> numbers{1, 2, 3};
  std::vector<char> bytes{'a', 'b'};
  std::vector<bool> bits{true, false, true};
  std::vector<std::string> texts{"a", std::string(40, 'b')};
  std::array<int, 2> pair{1, 2};
  std::array<std::string, 2> names{"a", "b"};
  std::deque<int> deque{1, 300};
  std::forward_list<int> list{1, 2};
  std::set<int> set{1, 2};
  std::map<std::string, int> map{{"a", 1}};
  std::unordered_map<int, std::vector<int>> table{{1, {2}}};
  std::tuple<int, std::string> tuple{1, "a"};
  std::variant<int, std::string> choice = "b";
  std::optional<int> some = 3;
  std::chrono::milliseconds time{70'000};
  std::filesystem::path path = "/tmp";
  Plain plain{1, 2};
  Person person{"a", {{1, 2}, {3, 4}}, true, std::make_unique<Person>()};
  Node node{1, {{2, {}}, {3, {}}}};
};

/// Whether the bytes are a T after all; anything but a DecodeError fails the test.
template <class T>
bool is_value(const std::string& bytes) {
  try {
    (void)decoded<T>(bytes);
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

template <class T>
void check_truncation(const T& value) {
  const std::string whole = encoded(value);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(is_value<T>(whole.substr(0, size)));
  }
  CHECK(is_value<T>(whole));
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (int value : values) text.push_back(static_cast<char>(value));
  return text;
}

}  // namespace

TEST_CASE("Every truncation of a value is noticed") {
  check_truncation(All());
  check_truncation(std::vector<double>(50, 0.1));
  check_truncation(std::vector<char>(300, 'x'));
  check_truncation(std::string(300, 'x'));
  check_truncation(std::vector<std::string>(20, "text"));
}

TEST_CASE("Every truncation of a variant is noticed") {
  check_truncation(Letter(Greeting{"w3@node7", {"ipc:///a"}, false, {1, 2}}));
  check_truncation(
      Letter(std::vector<Parcel>{{1, {0, 1}, std::vector<char>(20, 'x')}, {2, {0, 100}, std::vector<char>(300, 'y')}}));
}

TEST_CASE("Another type than the one expected is noticed") {
  CHECK_FALSE(is_value<int>(encoded(std::string("1"))));
  CHECK_FALSE(is_value<int>(encoded(1.0)));
  CHECK_FALSE(is_value<float>(encoded(1.0)));
  CHECK_FALSE(is_value<bool>(encoded(1)));
  CHECK_FALSE(is_value<std::string>(encoded(std::vector<char>{'a'})));
  CHECK_FALSE(is_value<std::vector<char>>(encoded(std::string("a"))));
  CHECK_FALSE(is_value<std::vector<double>>(encoded(std::vector<float>{1})));
  CHECK_FALSE(is_value<std::vector<int>>(encoded(std::vector<unsigned>{1})));
  CHECK_FALSE(is_value<std::vector<int>>(encoded(std::vector<std::string>{"1"})));
  CHECK_FALSE(is_value<std::vector<Plain>>(encoded(std::vector<double>{1, 2})));
  CHECK_FALSE(is_value<Plain>(encoded(std::vector<Plain>{{1, 2}, {3, 4}})));
  CHECK_FALSE(is_value<long double>(encoded(Plain{1, 2})));
  CHECK_FALSE(is_value<std::map<int, int>>(encoded(std::vector<std::pair<int, int>>{{1, 2}})));
  CHECK_FALSE(is_value<std::monostate>(encoded(0)));
}

TEST_CASE("A number out of range is noticed") {
  CHECK_FALSE(is_value<std::int8_t>(encoded(128)));
  CHECK_FALSE(is_value<std::int8_t>(encoded(-129)));
  CHECK_FALSE(is_value<std::uint8_t>(encoded(256)));
  CHECK_FALSE(is_value<unsigned>(encoded(-1)));
  CHECK_FALSE(is_value<std::uint64_t>(encoded(-1)));
  CHECK_FALSE(is_value<std::int64_t>(encoded(~std::uint64_t{0})));
  CHECK(is_value<std::int64_t>(encoded(std::uint64_t{1})));
}

TEST_CASE("A wrong number of elements is noticed") {
  CHECK_FALSE(is_value<std::tuple<int, int>>(encoded(std::tuple(1))));
  CHECK_FALSE(is_value<std::pair<int, int>>(encoded(std::tuple(1, 2, 3))));
  CHECK_FALSE(is_value<std::array<int, 3>>(encoded(std::array<int, 2>{1, 2})));
  CHECK_FALSE(is_value<std::array<std::string, 3>>(encoded(std::array<std::string, 2>{"a", "b"})));
  CHECK_FALSE(is_value<Person>(encoded(std::tuple(std::string("a")))));
  CHECK_FALSE(is_value<std::optional<int>>(encoded(std::tuple(1, 2))));
  CHECK_FALSE(is_value<std::vector<bool>>(encoded(std::tuple(100, std::vector<char>(12)))));
  CHECK_FALSE(is_value<std::vector<bool>>(encoded(std::tuple(~std::uint64_t{0}, std::vector<char>(0)))));
}

TEST_CASE("A variant's unknown alternative is noticed") {
  CHECK_FALSE(is_value<std::variant<int, std::string>>(encoded(std::tuple(2, 1))));
  CHECK_FALSE(is_value<std::variant<int, std::string>>(encoded(std::tuple(-1, 1))));
}

TEST_CASE("A block of another length than its elements' is noticed") {
  CHECK_FALSE(is_value<std::vector<double>>(bytes({0xc7, 7, detail::element_tag<double>(), 1, 2, 3, 4, 5, 6, 7})));
  CHECK(is_value<std::vector<double>>(bytes({0xc7, 0, detail::element_tag<double>()})));
}

TEST_CASE("A count that the bytes cannot hold allocates nothing") {
  for (const std::string& claim : {bytes({0xdd, 0xff, 0xff, 0xff, 0xff}), bytes({0xdf, 0x7f, 0xff, 0xff, 0xff}),
                                   bytes({0xdb, 0xff, 0xff, 0xff, 0xff}), bytes({0xc6, 0xff, 0xff, 0xff, 0xff}),
                                   bytes({0xc9, 0xff, 0xff, 0xff, 0xff, detail::element_tag<double>()})}) {
    CHECK_FALSE(is_value<std::vector<std::string>>(claim));
    CHECK_FALSE(is_value<std::map<int, std::string>>(claim));
    CHECK_FALSE(is_value<std::set<int>>(claim));
    CHECK_FALSE(is_value<std::string>(claim));
    CHECK_FALSE(is_value<std::vector<double>>(claim));
    CHECK_FALSE(is_value<std::vector<char>>(claim));
    CHECK_FALSE(is_value<All>(claim));
  }
}

TEST_CASE("Counts inside each other claim no more than the bytes together hold") {
  // Each level claims all the bytes that are left; if that were believed, memory would grow with their square.
  std::string nested;
  for (int level = 0; level < 500; ++level) nested += bytes({0x92, 0, 0xdd, 0, 0, 0x10, 0});
  nested += std::string(4096, '\0');
  detail::Reader in(nested);
  CHECK_THROWS_AS((void)detail::decode<Node>(in), DecodeError);
  CHECK(in.claimable < nested.size());
  CHECK(in.left() > 4096);  // noticed early
}

TEST_CASE("Whatever bytes are changed, the outcome is a value or a DecodeError") {
  const std::string all = encoded(All());
  const std::string message = encoded(Letter(Greeting{"w3", {"a", "b"}, true, {1, 1ULL << 60}}));
  std::mt19937 random(20261122);
  int values = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string mutant = i % 2 ? all : message;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % mutant.size();
      switch (random() % 4) {
        case 0:
          mutant[at] = static_cast<char>(random());
          break;
        case 1:
          mutant[at] = static_cast<char>(mutant[at] ^ (1 << random() % 8));
          break;
        case 2:
          mutant.erase(at, 1 + random() % 3);
          break;
        default:
          mutant.insert(at, 1, static_cast<char>(random()));
          break;
      }
      if (mutant.empty()) mutant = "x";
    }
    values += i % 2 ? is_value<All>(mutant) : is_value<Letter>(mutant);
  }
  CHECK(values > 0);
  CHECK(values < 10'000);
}

TEST_CASE("Bytes made at random are a value or a DecodeError") {
  std::mt19937 random(7);
  for (int i = 0; i < 10'000; ++i) {
    std::string noise(random() % 40, '\0');
    for (char& c : noise) c = static_cast<char>(random());
    (void)is_value<Letter>(noise);
    (void)is_value<Node>(noise);
    (void)is_value<std::map<std::string, std::vector<double>>>(noise);
  }
}

// What can be sent, and the reason why the rest cannot. Decided by the compiler; the test shows it.
#include <doctest/doctest.h>

#include <any>
#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <scoop/detail/codec.hpp>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace scoop;
using detail::Refusal;
using String = std::string;

namespace {

template <class T>
constexpr Refusal why = detail::refusal<T>(detail::Types<>());
template <class T>
constexpr bool is_sent = why<T> == Refusal::none;

// Bases
struct OneMember {
  String s;
};
struct TwoMembers {
  int a;
  String s;
};
struct NoMember {};
struct NotAggregate {
  NotAggregate(int);
  String s;
};
struct OnOne : OneMember {
  int z;
};
struct OnTwo : TwoMembers {
  int z;
  String y;
};
struct OnNone : NoMember {
  String s;
};
struct OnNotAggregate : NotAggregate {
  int a;
};
struct Grid : std::vector<int> {
  int width;
};
struct Text : String {};

// C arrays
struct ArrayOfOne {
  int a[1];
  String s;
};
struct ArrayFirst {
  int a[3];
  String s;
};
struct ArrayLast {
  String s;
  int a[2];
};
struct ArrayBetween {
  String s;
  int a[2];
  String t;
};
struct ArrayOfClasses {
  String s[2];
  String t;
};
struct ArrayOfArrays {
  int a[2][3];
  String s;
};
struct ArrayBeforeNoDefault {
  String s;
  int a[2];
  NotAggregate n;
};
struct ArrayOfNoDefault {
  NotAggregate n[2];
  String s;
};

// Members of all kinds
struct Nested {
  TwoMembers a, b;
  std::pair<int, String> p;
  std::array<String, 2> q;
  std::optional<std::optional<int>> o;
  std::unique_ptr<int> u;
  std::variant<int, String> v;
};
struct Constant {
  const String s;
};
struct Defaults {
  int a = 3;
  String s = "x";
};
struct WithBits {
  String s;
  unsigned a : 3;
  bool b : 1;
};
struct Self {
  std::vector<std::vector<Self>> x;
};
struct Most {
  String a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
      c8, c9, d0, d1;
};
struct TooMany {
  Most most;
  String a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3, c4, c5, c6, c7,
      c8, c9, d0, d1;
};
template <class T>
struct Holds {
  T value;
  String s;
};
struct HoldsUnion {
  union {
    int a;
    float b;
  };
  String s;
};
struct BadSelf {
  std::vector<BadSelf> kids;
  std::map<int, BadSelf*> parents;
};
struct Ping;
struct Pong {
  std::vector<Ping> pings;
};
struct Ping {
  std::unique_ptr<Pong> pong;
  std::string_view text;
};

// Plain data
struct Plain {
  int a[3];
  double d;
};
struct PlainOnPlain : Plain {
  short s[2];
};
class Constexpr {
 public:
  constexpr explicit Constexpr(int x) : x_(x) {}
  int x() const { return x_; }

 private:
  int x_;
};
class NotConstexpr {
 public:
  explicit NotConstexpr(int x) : x_(x) {}
  int x() const { return x_; }

 private:
  int x_;
};
class Cursor {
 public:
  constexpr explicit Cursor(int* at) : at_(at) {}
  int* at() const { return at_; }

 private:
  int* at_;
};
struct Virtual {
  virtual ~Virtual() = default;
};
struct Final final : Virtual {
  int x = 0;
};

}  // namespace

TEST_CASE("Aggregates without bases and C arrays can be sent") {
  CHECK(is_sent<OneMember>);
  CHECK(is_sent<Nested>);
  CHECK(is_sent<Constant>);
  CHECK(is_sent<Defaults>);
  CHECK(is_sent<WithBits>);
  CHECK(is_sent<Self>);
  CHECK(is_sent<Most>);
  CHECK(detail::count_initialisers<Nested>() == 7);
  CHECK(detail::count_initialisers<Most>() == 32);
}

TEST_CASE("Plain data can be sent, bases, arrays and private members included") {
  CHECK(is_sent<Plain>);
  CHECK(is_sent<PlainOnPlain>);
  CHECK(is_sent<Constexpr>);
  CHECK(is_sent<NoMember>);
  CHECK(is_sent<std::vector<PlainOnPlain>>);
}

TEST_CASE("Base classes are found") {
  CHECK(why<OnOne> == Refusal::base);
  CHECK(why<OnTwo> == Refusal::base);
  CHECK(why<OnNone> == Refusal::base);
  CHECK(why<OnNotAggregate> == Refusal::base);
  CHECK(why<Grid> == Refusal::base);
  CHECK(why<Text> == Refusal::base);
  CHECK(why<Holds<OnOne>> == Refusal::base);
}

TEST_CASE("C arrays are found, wherever they stand") {
  CHECK(!is_sent<ArrayOfOne>);
  CHECK(why<ArrayFirst> == Refusal::array_member);
  CHECK(why<ArrayLast> == Refusal::array_member);
  CHECK(why<ArrayBetween> == Refusal::array_member);
  CHECK(why<ArrayOfClasses> == Refusal::array_member);
  CHECK(why<ArrayOfArrays> == Refusal::array_member);
  CHECK(why<ArrayBeforeNoDefault> == Refusal::array_member);
  CHECK(why<ArrayOfNoDefault> == Refusal::array_member);
}

TEST_CASE("What is not there in another process is refused, at any depth") {
  CHECK(why<int*> == Refusal::pointer);
  CHECK(why<const char*> == Refusal::pointer);
  CHECK(why<std::nullptr_t> == Refusal::pointer);
  CHECK(why<int&> == Refusal::reference);
  CHECK(why<std::reference_wrapper<int>> == Refusal::reference);
  CHECK(why<std::string_view> == Refusal::view);
  CHECK(why<std::span<int>> == Refusal::view);
  CHECK(why<std::function<int()>> == Refusal::function_object);
  CHECK(why<std::shared_ptr<int>> == Refusal::shared_pointer);
  CHECK(why<std::unique_ptr<Virtual>> == Refusal::polymorphic);
  CHECK(why<std::map<int, std::vector<std::string_view>>> == Refusal::view);
  CHECK(why<std::tuple<int, std::optional<int*>>> == Refusal::pointer);
  CHECK(why<Holds<int*>> == Refusal::pointer);
  CHECK(why<Holds<int&>> == Refusal::other);  // no initialiser of any type can be made for it
  CHECK(why<Holds<const int&>> == Refusal::reference);
  CHECK(why<Holds<Holds<std::span<int>>>> == Refusal::view);
  CHECK(why<BadSelf> == Refusal::pointer);
  CHECK(why<Pong> == Refusal::view);
}

TEST_CASE("Classes that the compiler cannot look into are refused") {
  CHECK(why<TooMany> == Refusal::too_many_members);
  CHECK(why<NotConstexpr> == Refusal::no_constexpr);
  CHECK(why<Cursor> == Refusal::pointer_inside);
  CHECK(why<NotAggregate> == Refusal::other);
  CHECK(why<Virtual> == Refusal::other);
  CHECK(why<std::any> == Refusal::other);
  CHECK(!is_sent<Holds<std::any>>);
  CHECK(!is_sent<Holds<std::function<int()>>>);
  CHECK(!is_sent<HoldsUnion>);
  CHECK(!is_sent<std::mutex>);
  CHECK(!is_sent<std::atomic<int>>);
  CHECK(!is_sent<std::unique_ptr<int[]>>);
  CHECK(!is_sent<int (*)(const char*, ...)>);
  CHECK(!is_sent<std::vector<int>::iterator>);
}

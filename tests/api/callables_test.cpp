// Every kind of callable, through every way of calling it.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <msgpack.hpp>
#include <ranges>
#include <scoop/futures.hpp>
#include <string>
#include <vector>

namespace futures = scoop::futures;

namespace scoop::test {
int external_twice(int x) { return 2 * x; }
}  // namespace scoop::test

namespace {

int twice(int x) { return 2 * x; }
int noexcept_twice(int x) noexcept { return 2 * x; }
int other_twice(int x) { return 2 * x; }
inline int inline_twice(int x) { return 2 * x; }
template <class T>
T template_twice(T x) {
  return x + x;
}
int scaled(int x) { return 2 * x; }
double scaled(double x) { return 3 * x; }
int const_reference(const int& x) { return 2 * x; }
int rvalue_reference(int&& x) { return 2 * x; }
std::size_t length(const std::string& text) { return text.size(); }
int sum_of(int a, short b, char c, long d) { return static_cast<int>(a + b + c + d); }
int none() { return 42; }
int with_default(int x, int y = 5) { return x + y; }

struct Point {
  int x = 0;
  int y = 0;
  int product() const { return x * y; }
  int moved_by(int dx) && noexcept { return x + dx; }
  int plus(const Point& other) const { return x + other.x; }
  static int origin() { return 7; }
};

struct Doubler {
  int operator()(int x) const { return 2 * x; }
};
struct Scaler {  // plain bits
  int factor;
  int operator()(int x) const { return factor * x; }
};
struct Table {  // not plain bits: goes member by member
  std::map<int, std::string> names;
  std::string operator()(int x) const { return names.at(x); }
};
class Prefixer {
 public:
  Prefixer() = default;
  explicit Prefixer(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string operator()(const std::string& text) const { return prefix_ + text; }
  MSGPACK_DEFINE(prefix_)

 private:
  std::string prefix_;
};
struct Overloaded {
  int operator()(int x) const { return x + 1; }
  std::string operator()(const std::string& x) const { return x + "!"; }
};
struct Counter {  // changes itself; each task has a copy of its own
  int calls = 0;
  int operator()() { return ++calls; }
};

std::string join(const std::string& a, const std::vector<int>& numbers, const std::string& b) {
  std::string text = a;
  for (int n : numbers) text += std::to_string(n);
  return text + b;
}

using Function = int (*)(int);
int apply_pointer(Function f, int x) { return f(x); }
Function choose(bool first) { return first ? twice : other_twice; }

/// The callable through submit, map and mapReduce: all give what a call in place gives.
template <class F>
void check_everywhere(F f) {
  const std::vector<int> inputs{1, 2, 3, 50};
  std::vector<int> expected;
  int sum = 0;
  for (int x : inputs) {
    expected.push_back(f(int{x}));
    sum += expected.back();
  }
  CHECK(futures::submit(f, 50).result() == expected.back());
  CHECK(futures::map(f, inputs).get() == expected);
  CHECK(futures::mapReduce(f, std::plus<>(), inputs) == sum);
}

}  // namespace

TEST_CASE("A function of any linkage is a callable") {
  check_everywhere(twice);
  check_everywhere(&twice);
  check_everywhere(scoop::test::external_twice);
  check_everywhere(inline_twice);
  check_everywhere(noexcept_twice);
  check_everywhere(template_twice<int>);
  check_everywhere(const_reference);
  check_everywhere(rvalue_reference);
  CHECK(futures::submit(none).result() == 42);
  CHECK(futures::submit(sum_of, 1, short{2}, char{3}, 4L).result() == 10);
}

TEST_CASE("A function pointer in a variable is a callable") {
  Function f = choose(true);
  check_everywhere(f);
  std::vector<Function> all{twice, other_twice, inline_twice};
  for (Function each : all) CHECK(futures::submit(each, 4).result() == 8);
}

TEST_CASE("Arguments are converted as in a call") {
  CHECK(futures::submit(sum_of, 1L, 2, 3, 4).result() == 10);
  CHECK(futures::submit(length, "four").result() == 4);
  const char* text = "three";
  CHECK(futures::submit(length, text).result() == 5);
}

TEST_CASE("An overload is picked by its signature") {
  CHECK(futures::submit(scoop::overload<int(int)>(scaled), 5).result() == 10);
  CHECK(futures::submit(scoop::overload<double(double)>(scaled), 5).result() == 15.0);
  CHECK(futures::submit(scoop::overload<double(double)>(std::sqrt), 9.0).result() == 3.0);
  CHECK(futures::map(scoop::overload<int(int)>(scaled), std::views::iota(0, 3)).get() == std::vector{0, 2, 4});
}

TEST_CASE("A function of another library is a callable") {
  CHECK(futures::submit(cosf, 0.0F).result() == 1.0F);
  CHECK(futures::map(cosf, std::vector{0.0F, 0.0F}).get() == std::vector{1.0F, 1.0F});
  CHECK(futures::submit(::labs, -3L).result() == 3);
}

TEST_CASE("A member function is a callable, with its object as first argument") {
  const Point point{3, 4};
  CHECK(futures::submit(&Point::product, point).result() == 12);
  CHECK(futures::submit(&Point::moved_by, point, 5).result() == 8);
  CHECK(futures::submit(&Point::plus, point, Point{10, 0}).result() == 13);
  CHECK(futures::submit(&Point::origin).result() == 7);
  CHECK(futures::map(&Point::product, std::vector<Point>{{1, 2}, {3, 4}}).get() == std::vector{2, 12});
}

TEST_CASE("A lambda without captures is a callable") {
  check_everywhere([](int x) { return x + 1; });
  check_everywhere([](auto x) { return x + 1; });
  check_everywhere(+[](int x) { return x + 1; });
  check_everywhere([](int x) mutable noexcept { return x + 1; });
  CHECK(futures::submit([] { return std::string("text"); }).result() == "text");
}

TEST_CASE("A lambda with trivially copyable captured values is a callable") {
  int offset = 10;
  const double factor = 0.5;
  const std::array<int, 3> table{1, 2, 3};
  const Point point{5, 6};
  check_everywhere([offset](int x) { return x + offset; });
  check_everywhere([=](int x) { return x + offset + static_cast<int>(factor * 4); });
  check_everywhere([table, point, n = 3](int x) { return x + table[1] + point.y + n; });
  check_everywhere([last = 0](int x) mutable {
    last = x;
    return last + 1;
  });
  CHECK(futures::submit([c = 'a', l = 1L << 40, f = 1.5F] { return static_cast<double>(c + l) + f; }).result() ==
        static_cast<double>('a' + (1L << 40)) + 1.5F);
}

TEST_CASE("A function object is a callable, with its state") {
  check_everywhere(Doubler{});
  check_everywhere(Scaler{7});
  const Table table{{{1, "one"}, {2, "two"}}};
  CHECK(futures::submit(table, 2).result() == "two");
  CHECK(futures::map(table, std::vector{2, 1}).get() == std::vector<std::string>{"two", "one"});
  const Prefixer prefixer("pre-");
  CHECK(futures::submit(prefixer, "text").result() == "pre-text");
  CHECK(futures::map(prefixer, std::vector<std::string>{"a", "b"}).get() == std::vector<std::string>{"pre-a", "pre-b"});
  CHECK(futures::submit(Overloaded{}, 1).result() == 2);
  CHECK(futures::submit(Overloaded{}, "hey").result() == "hey!");
}

TEST_CASE("A function object of the standard library is a callable") {
  CHECK(futures::submit(std::plus<>(), 2, 3).result() == 5);
  CHECK(futures::submit(std::plus<>(), std::string("a"), std::string("b")).result() == "ab");
  CHECK(futures::submit(std::multiplies<int>(), 6, 7).result() == 42);
  CHECK(futures::map(std::negate<>(), std::vector{1, 2}).get() == std::vector{-1, -2});
  CHECK(futures::submit(std::identity(), 9).result() == 9);
}

TEST_CASE("A task changes only its own copy of a callable") {
  const Counter counter{5};
  CHECK(futures::submit(counter).result() == 6);
  CHECK(futures::submit(counter).result() == 6);
  CHECK(counter.calls == 5);
}

TEST_CASE("bind_front carries values of any kind that can be sent") {
  const std::vector<int> numbers{1, 2, 3};
  CHECK(futures::submit(scoop::bind_front(join, "<", numbers), ">").result() == "<123>");
  CHECK(futures::submit(scoop::bind_front(join, std::string("<"), numbers, ">")).result() == "<123>");
  CHECK(futures::map(scoop::bind_front(join, "(", numbers), std::vector<std::string>{")", "]"}).get() ==
        std::vector<std::string>{"(123)", "(123]"});
  check_everywhere(scoop::bind_front(std::plus<>(), 100));
  check_everywhere(scoop::bind_front([](int a, int b) { return a * b; }, 3));
  CHECK(futures::submit(scoop::bind_front(&Point::plus, Point{1, 2}), Point{3, 4}).result() == 4);
  CHECK(futures::submit(scoop::bind_front(scoop::bind_front(join, "a"), numbers), "z").result() == "a123z");
  CHECK(futures::mapReduce(twice, scoop::bind_front([](int bias, int a, int b) { return a + b + bias; }, 0),
                           std::views::iota(0, 10)) == 90);
}

TEST_CASE("A function pointer is an argument, a result and a bound value") {
  CHECK(futures::submit(apply_pointer, twice, 21).result() == 42);
  CHECK((futures::submit(choose, true).result() == &twice));
  CHECK((futures::submit(choose, false).result() == &other_twice));
  CHECK(futures::submit(scoop::bind_front(apply_pointer, twice), 4).result() == 8);
  CHECK(futures::map(apply_pointer, std::vector<Function>{twice, other_twice}, std::vector{1, 2}).get() ==
        std::vector{2, 4});
}

TEST_CASE("A callable named at compile time is a callable") {
  CHECK(futures::submit<twice>(21).result() == 42);
  CHECK(futures::submit<none>().result() == 42);
  CHECK(futures::submit<&Point::product>(Point{3, 4}).result() == 12);
  CHECK(futures::submit<Scaler{3}>(5).result() == 15);
  CHECK(futures::map<twice>(std::views::iota(0, 4)).get() == std::vector{0, 2, 4, 6});
  CHECK(futures::map<[](int a, int b) { return a - b; }>(std::vector{5, 6}, std::vector{1, 1}).get() ==
        std::vector{4, 5});
}

TEST_CASE("A lambda that fills a default argument is a callable") {
  CHECK(futures::submit([](int x) { return with_default(x); }, 1).result() == 6);
}

// One call of each kind that a task can be, with things of all linkages. other_unit.cpp has things of the same names.
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <msgpack.hpp>
#include <numeric>
#include <scoop/callable.hpp>
#include <string>
#include <vector>

#include "tests/identity/calls.hpp"

extern "C" double library_triple(double);
int library_twice(int);
void other_unit();

int product(int x, int y) { return x * y; }
int overloaded(int x) { return x + 1; }
double overloaded(double x) { return x + .5; }
int same_body_1(int x) { return x * 17 + 3; }
int same_body_2(int x) { return x * 17 + 3; }
template <class T>
T square(T x) {
  return x * x;
}
inline int inline_function(int x) { return x + 70; }
int throwing(int x) { throw std::out_of_range("no " + std::to_string(x)); }

namespace {

int hidden(int x) { return x - 7; }
int nothrow(int x) noexcept { return x - 8; }

struct Shape {
  int x = 0;
  int y = 0;
  constexpr Shape(int a, int b) : x(a), y(b) {}
  constexpr Shape(const Shape&) = default;
  virtual ~Shape() = default;
  int norm() const { return std::abs(x) + std::abs(y); }
  int scale(int k) { return x * k; }
  virtual int area(int q) const { return q + x; }
  Shape() = default;
  MSGPACK_DEFINE(x, y)
};
struct Pair {
  int a, b;
  int sum() const { return a + b; }
  static int constant() { return 9; }
};
struct Functor {
  int operator()(int x) const { return x + 100; }
};
struct Scale {
  double k;
  double operator()(double v) const { return k * v; }
};
struct Suffix {
  std::string suffix;
  std::string operator()(const std::string& s) const { return s + suffix; }
};

double apply(double (*f)(double), double x) { return f(x); }
std::string greet(const std::string& name) { return "hi " + name; }
void nothing(int) {}
long sum(const std::vector<int>& v) { return std::accumulate(v.begin(), v.end(), 0L); }
double half(double x) { return x / 2; }

using scoop::bind_front;
using scoop::overload;
using scoop::test::call;

void functions() {
  call("function", product, 6, 7);
  call("address of a function", &product, 6, 8);
  call("overload by cast", static_cast<double (*)(double)>(overloaded), 1.0);
  call("overload", overload<int(int)>(overloaded), 1);
  call("function of an unnamed namespace", hidden, 50);
  call("noexcept function", nothrow, 50);
  call("template function", square<double>, 1.5);
  call("inline function", inline_function, 1);
  call("static member function", &Pair::constant);
  call("one of two equal bodies", same_body_1, 2);
  call("the other of two equal bodies", same_body_2, 2);
  call("void function", nothing, 3);
  call("function that throws", throwing, 3);
}

void function_objects() {
  call(
      "lambda", [](int a) { return a * 3; }, 5);
  call(
      "second lambda", [](int a) { return a * 4; }, 5);
  call(
      "generic lambda of int", [](auto a) { return a + a; }, 5);
  call(
      "generic lambda of string", [](auto a) { return a + a; }, std::string("ab"));
  call("functor of an unnamed namespace", Functor{}, 5);
  call("std::plus<>", std::plus<>{}, 5, 6);
  call("std::multiplies<double>", std::multiplies<double>{}, 5., 6.);
  call("functor with plain state", Scale{2.5}, 4.0);
  call("functor with a string", Suffix{"!"}, std::string("x"));
  const int k = std::rand() % 10;
  const double d = .25;
  const std::array<int, 3> table{1, 2, 3};
  call(
      "lambda with values", [k, d, table](int x) { return x * k + d + table[2]; }, 3);
}

void member_functions() {
  call("member function", &Shape::norm, Shape(3, 4));
  call("member function that is not const", &Shape::scale, Shape(3, 4), 9);
  call("virtual member function", &Shape::area, Shape(3, 1), 2);
  call("member function of an aggregate", &Pair::sum, Pair{1, 2});
  call("data member", &Pair::b, Pair{1, 2});
}

void bound() {
  const std::string prefix = "pre";
  call("bound lambda", bind_front([](const std::string& p, int x) { return p + std::to_string(x); }, prefix), 3);
  call("bound function", bind_front(product, 3), 5);
  call("bound twice", bind_front(bind_front([](int a, int b, int c) { return a * 100 + b * 10 + c; }, 1), 2), 3);
  call("bound member function", bind_front(&Pair::sum, Pair{3, 4}));
}

void of_other_libraries() {
  call("std::toupper", static_cast<int (*)(int)>(std::toupper), 'q');
  call("cosf, which is chosen at load time", cosf, 0.5F);
  call("std::sin", static_cast<double (*)(double)>(std::sin), 0.5);
  call("C function of a library", library_triple, 2.0);
  call("C++ function of a library", library_twice, 2);
}

void arguments() {
  call("function as an argument", apply, half, 3.0);
  call("function of a library as an argument", apply, library_triple, 3.0);
  call("string", greet, std::string("bob"));
  call("string literal", greet, "lit");
  call("vector", sum, std::vector<int>{1, 2, 3});
}

void constants() {
  call<product>("constant function", 6, 9);
  call<hidden>("constant function of an unnamed namespace", 6);
  call<&Pair::sum>("constant member function", Pair{4, 5});
  call<cosf>("constant function of a library", 0.25F);
  call<[](int x) { return x * 9; }>("constant lambda", 6);
  call<square<int>>("constant template function", 6);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void identity_make_calls() {
  functions();
  function_objects();
  member_functions();
  bound();
  of_other_libraries();
  arguments();
  constants();
  other_unit();
}

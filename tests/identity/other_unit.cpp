// The same names as in program.cpp for other things: nothing but their places tells them apart.
#include "tests/identity/calls.hpp"

namespace {

int hidden(int x) { return x - 77; }
struct Functor {
  int operator()(int x) const { return x + 200; }
};
const auto lambda = [](int x) { return x + 1000; };

}  // namespace

void other_unit() {
  using scoop::test::call;
  call("other unit's function", hidden, 50);
  call("other unit's functor", Functor{}, 5);
  call(
      "other unit's lambda", [](int a) { return a * 33; }, 5);
  call("lambda of a namespace", lambda, 5);
  call<hidden>("other unit's constant function", 5);
}

// Expect: takes an argument as T&
#include <scoop/futures.hpp>

void increment(int& x) { ++x; }

int main() {
  int x = 1;
  scoop::futures::submit(increment, x).result();
  return x;
}

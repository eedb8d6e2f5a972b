// Expect: captures or holds a reference
#include <scoop/futures.hpp>

int main() {
  int total = 1;
  return scoop::futures::submit([&total](int x) { return x + total; }, 3).result();
}

// Expect: captures or holds a reference
#include <scoop/futures.hpp>

int main() {
  int total = 1;
  return scoop::futures::submit(scoop::bind_front([&total](int x, int y) { return x + y + total; }, 1), 2).result();
}

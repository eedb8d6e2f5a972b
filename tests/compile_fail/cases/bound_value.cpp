// Expect: a pointer cannot be sent to another worker
#include <scoop/futures.hpp>

int add(const int* x, int y) { return *x + y; }

int main() {
  int x = 1;
  return scoop::futures::submit(scoop::bind_front(add, &x), 2).result();
}

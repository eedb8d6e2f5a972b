// Expect: a pointer cannot be sent to another worker
#include <scoop/futures.hpp>

int first(const int* x) { return *x; }

int main() {
  int x[3] = {1, 2, 3};
  return scoop::futures::submit(first, x).result();
}

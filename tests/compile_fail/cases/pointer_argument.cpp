// Expect: a pointer cannot be sent to another worker
#include <scoop/futures.hpp>

int deref(const int* x) { return *x; }

int main() {
  int x = 1;
  return scoop::futures::submit(deref, &x).result();
}

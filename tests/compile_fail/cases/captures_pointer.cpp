// Expect: captures or holds a reference, a pointer
#include <scoop/futures.hpp>

int main() {
  int total = 1;
  int* p = &total;
  auto future = scoop::futures::submit([p](int x) { return x + *p; }, 3);
  return future.result();
}

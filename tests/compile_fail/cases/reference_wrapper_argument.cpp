// Expect: a reference cannot be sent to another worker
#include <functional>
#include <scoop/futures.hpp>

int get(int x) { return x; }

int main() {
  int x = 1;
  return scoop::futures::submit(get, std::ref(x)).result();
}

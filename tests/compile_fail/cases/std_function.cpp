// Expect: a std::function cannot be sent to another worker
#include <functional>
#include <scoop/futures.hpp>

int main() {
  std::function<int(int)> f = [](int x) { return x; };
  return scoop::futures::submit(f, 3).result();
}

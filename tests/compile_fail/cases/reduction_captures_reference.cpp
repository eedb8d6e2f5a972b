// Expect: captures or holds a reference
#include <scoop/futures.hpp>
#include <vector>

int twice(int x) { return 2 * x; }

int main() {
  int calls = 0;
  return scoop::futures::mapReduce(
      twice, [&](int a, int b) { return ++calls, a + b; }, std::vector<int>{1, 2});
}

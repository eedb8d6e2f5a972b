// Expect: captures or holds a reference
#include <scoop/futures.hpp>
#include <vector>

int main() {
  int total = 1;
  std::vector<int> numbers{1, 2};
  scoop::futures::map([&](int x) { total += x; }, numbers).get();
  return total;
}

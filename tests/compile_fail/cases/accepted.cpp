// Expect: nothing
// What the other files do wrong, done right: they fail for their own reason only.
#include <scoop/futures.hpp>

#include <string>
#include <vector>

namespace futures = scoop::futures;

struct Point {
  int x, y;
  int norm() const { return x * x + y * y; }
};

std::string repeat(const std::string& text, int count) { return count > 0 ? text + repeat(text, count - 1) : ""; }

int main() {
  int factor = 3;
  std::string prefix = "a";
  std::vector<int> numbers{1, 2, 3};
  int sum = futures::submit([factor](int x) { return x * factor; }, 3).result();
  sum += futures::submit(&Point::norm, Point{1, 2}).result();
  sum += futures::mapReduce([](int x) { return x + 1; }, std::plus<>(), numbers);
  for (int x : futures::map([](int x) { return x + 1; }, numbers)) sum += x;
  return sum + static_cast<int>(futures::submit(scoop::bind_front(repeat, prefix), 3).result().size());
}

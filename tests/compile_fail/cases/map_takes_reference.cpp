// Expect: takes an argument as T&
#include <scoop/futures.hpp>
#include <vector>

int main() {
  std::vector<int> numbers{1, 2};
  scoop::futures::map([](int& x) { ++x; }, numbers).get();
  return numbers[0];
}

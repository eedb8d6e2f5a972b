// Expect: a view of something else
#include <scoop/futures.hpp>
#include <span>
#include <vector>

int first(std::span<int> numbers) { return numbers[0]; }

int main() {
  std::vector<int> numbers{1};
  return scoop::futures::submit(first, std::span<int>(numbers)).result();
}

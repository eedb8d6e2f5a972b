// Traverses a graph breadth first, level by level: how many moves a knight needs from a corner of a chess board to each
// field. The neighbours of a whole level are found by the workers.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <scoop/futures.hpp>
#include <vector>

namespace {

constexpr int side = 8;

std::vector<int> neighbours(int field) {
  std::vector<int> found;
  for (int other = 0; other < side * side; ++other) {
    const int rows = std::abs(field / side - other / side);
    const int columns = std::abs(field % side - other % side);
    if (rows * columns == 2) found.push_back(other);
  }
  return found;
}

}  // namespace

int main() {
  std::vector<int> distances(side * side, -1);
  std::vector<int> level{0};
  for (int distance = 0; !level.empty(); ++distance) {
    for (const int field : level) distances[field] = distance;
    std::vector<int> next;
    for (const auto& found : scoop::futures::map(neighbours, level))
      std::copy_if(found.begin(), found.end(), std::back_inserter(next), [&](int f) { return distances[f] < 0; });
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    level.swap(next);
  }
  for (int field = 0; field < side * side; ++field)
    std::printf("%d%c", distances[field], field % side == side - 1 ? '\n' : ' ');
}

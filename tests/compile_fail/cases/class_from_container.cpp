// Expect: a class with a base class
#include <scoop/futures.hpp>
#include <vector>

struct Grid : std::vector<int> {
  int width = 0;
};

int width(const Grid& grid) { return grid.width; }

int main() { return scoop::futures::submit(width, Grid()).result(); }

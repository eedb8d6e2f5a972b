// Expect: captures or holds a reference, a pointer, `this`
#include <scoop/futures.hpp>

struct Simulation {
  int step = 1;
  int run() {
    return scoop::futures::submit([this](int x) { return x + step; }, 3).result();
  }
};

int main() { return Simulation().run(); }

// Expect: captures or holds a reference
#include <scoop/futures.hpp>

struct Link {
  int& target;
};

int main() {
  int total = 1;
  Link link{total};
  return scoop::futures::submit([link](int x) { return x + link.target; }, 3).result();
}

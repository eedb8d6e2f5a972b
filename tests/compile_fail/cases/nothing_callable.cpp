// Expect: nothing that can be called
#include <scoop/futures.hpp>

int main() {
  scoop::futures::submit(42, 1);
  return 0;
}

// Expect: cannot be called with arguments of these types
#include <scoop/futures.hpp>

int add(int x, int y) { return x + y; }

int main() { return scoop::futures::submit(add, 1).result(); }

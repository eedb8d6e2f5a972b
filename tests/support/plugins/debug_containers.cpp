// A program compiled with _GLIBCXX_DEBUG.
#include <scoop/futures.hpp>

int twice(int x) { return 2 * x; }

int main() { return scoop::futures::submit(twice, 0).result(); }

// Expect: cannot be called with arguments of these types
#include <scoop/futures.hpp>
#include <string>

int twice(int x) { return 2 * x; }

int main() { return scoop::futures::submit(twice, std::string("a")).result(); }

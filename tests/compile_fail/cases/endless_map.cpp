// Expect: every range given to map has no end
#include <ranges>
#include <scoop/futures.hpp>

int twice(int x) { return 2 * x; }

int main() { return *scoop::futures::map(twice, std::views::iota(0)).begin(); }

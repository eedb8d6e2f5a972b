// Expect: the reduction must take two results of the mapped function
#include <scoop/futures.hpp>
#include <string>
#include <vector>

int twice(int x) { return 2 * x; }
int join(std::string a, std::string b) { return static_cast<int>(a.size() + b.size()); }

int main() { return scoop::futures::mapReduce(twice, join, std::vector<int>{1, 2}); }

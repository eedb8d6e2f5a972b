// Expect: the reduction must take two results of the mapped function
#include <functional>
#include <scoop/futures.hpp>
#include <vector>

void ignore(int) {}

int main() { scoop::futures::mapReduce(ignore, std::plus<>(), std::vector<int>{1, 2}); }

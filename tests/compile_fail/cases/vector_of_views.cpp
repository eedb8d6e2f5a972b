// Expect: a view of something else
#include <map>
#include <scoop/futures.hpp>
#include <string>
#include <string_view>
#include <vector>

using Index = std::map<std::string, std::vector<std::string_view>>;
std::size_t size(const Index& index) { return index.size(); }

int main() { return static_cast<int>(scoop::futures::submit(size, Index()).result()); }

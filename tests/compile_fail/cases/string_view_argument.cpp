// Expect: send a std::string or std::vector that holds it
#include <scoop/futures.hpp>
#include <string_view>

std::size_t length(std::string_view text) { return text.size(); }

int main() { return static_cast<int>(scoop::futures::submit(length, std::string_view("abc")).result()); }

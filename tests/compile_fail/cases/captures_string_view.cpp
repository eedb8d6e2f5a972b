// Expect: a view, or an object that is not plain data
#include <scoop/futures.hpp>
#include <string_view>

int main() {
  std::string_view text = "abc";
  return static_cast<int>(scoop::futures::submit([text](int n) { return text[n] + 0; }, 1).result());
}

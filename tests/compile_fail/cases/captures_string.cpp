// Expect: pass such values with scoop::bind_front(f, values...)
#include <scoop/futures.hpp>
#include <string>

int main() {
  std::string text = "abc";
  return static_cast<int>(scoop::futures::submit([text](int n) { return text.substr(n); }, 1).result().size());
}

// Expect: a pointer cannot be sent to another worker
#include <scoop/futures.hpp>
#include <vector>

int first(const char* text) { return text[0]; }

int main() {
  std::vector<const char*> texts{"a", "b"};
  int sum = 0;
  for (int x : scoop::futures::map(first, texts)) sum += x;
  return sum;
}

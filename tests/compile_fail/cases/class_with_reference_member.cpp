// Expect: a reference cannot be sent to another worker
#include <scoop/futures.hpp>
#include <string>

struct Label {
  std::string text;
  const int& number;
};

int number(const Label& label) { return label.number; }

int main() {
  int x = 1;
  return scoop::futures::submit(number, Label{"", x}).result();
}

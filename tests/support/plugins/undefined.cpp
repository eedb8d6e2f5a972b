// Wants two things that nobody defines, and some that others do.
#include <cmath>
#include <string>

namespace elsewhere {
int plant(const std::string&, int);
extern int harvest;
}  // namespace elsewhere

int main(int argc, char**) {
  return elsewhere::plant("x", argc) + elsewhere::harvest + static_cast<int>(std::cos(argc));
}

// Counts on what every program may: its arguments, its environment, buffered output, destructors after main.
#include <cstdio>
#include <cstdlib>

namespace {
struct Last {
  ~Last() { std::puts("last words"); }
} last;
}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) std::printf("[%s]", argv[i]);
  std::printf(" of %s\n", argv[0]);
  return argc;
}

// Expect: a class with a C array
#include <scoop/futures.hpp>
#include <string>

struct Row {
  std::string name;
  int cells[3];
};

int first(const Row& row) { return row.cells[0]; }

int main() { return scoop::futures::submit(first, Row{"a", {1, 2, 3}}).result(); }

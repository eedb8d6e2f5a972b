// Expect: captures or holds a reference, a pointer
#include <scoop/futures.hpp>

class Adder {
 public:
  constexpr explicit Adder(int* to) : to_(to) {}
  int operator()(int x) const { return *to_ + x; }

 private:
  int* to_;
};

int main() {
  int total = 1;
  return scoop::futures::submit(Adder(&total), 3).result();
}

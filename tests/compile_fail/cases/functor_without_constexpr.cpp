// Expect: make one constexpr, or write MSGPACK_DEFINE(members...)
#include <scoop/futures.hpp>

class Adder {
 public:
  explicit Adder(int n) : n_(n) {}
  int operator()(int x) const { return n_ + x; }

 private:
  int n_;
};

int main() { return scoop::futures::submit(Adder(1), 3).result(); }

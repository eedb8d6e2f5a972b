// Expect: this class holds a pointer, a reference or a union
#include <scoop/futures.hpp>

class Cursor {
 public:
  constexpr explicit Cursor(const int* at) : at_(at) {}
  int get() const { return *at_; }

 private:
  const int* at_;
};

int main() {
  int x = 1;
  return scoop::futures::submit(&Cursor::get, Cursor(&x)).result();
}

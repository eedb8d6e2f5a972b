// Expect: make one constexpr, or write MSGPACK_DEFINE(members...)
#include <scoop/futures.hpp>

class Point {
 public:
  Point(double x, double y) : x_(x), y_(y) {}
  double norm() const { return x_ * x_ + y_ * y_; }

 private:
  double x_, y_;
};

int main() { return static_cast<int>(scoop::futures::submit(&Point::norm, Point(1, 2)).result()); }

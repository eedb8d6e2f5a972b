// Expect: a std::unique_ptr to a base class cannot be sent
#include <memory>
#include <scoop/futures.hpp>

struct Shape {
  virtual ~Shape() = default;
  virtual int area() const = 0;
};

int area(std::unique_ptr<Shape> shape) { return shape->area(); }

int main() { return scoop::futures::submit(area, std::unique_ptr<Shape>()).result(); }

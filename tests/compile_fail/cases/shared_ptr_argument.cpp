// Expect: a std::shared_ptr cannot be sent to another worker
#include <memory>
#include <scoop/futures.hpp>

int deref(std::shared_ptr<int> x) { return *x; }

int main() { return scoop::futures::submit(deref, std::make_shared<int>(1)).result(); }

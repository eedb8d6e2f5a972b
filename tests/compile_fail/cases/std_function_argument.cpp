// Expect: a std::function cannot be sent to another worker
#include <functional>
#include <scoop/futures.hpp>

int apply(std::function<int(int)> f) { return f(1); }

int main() { return scoop::futures::submit(apply, std::function<int(int)>()).result(); }

// Expect: a function with C variable arguments
#include <cstdio>
#include <scoop/futures.hpp>

int main() { return scoop::futures::submit(std::printf, "text").result(); }

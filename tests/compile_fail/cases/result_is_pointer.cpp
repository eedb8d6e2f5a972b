// Expect: a pointer cannot be sent to another worker
#include <scoop/futures.hpp>

const char* name(int) { return "abc"; }

int main() { return *scoop::futures::submit(name, 1).result(); }

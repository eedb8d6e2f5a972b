// A C library that is too old for every program: it has no version of what they need.
extern "C" void scoop_test_nothing() {}

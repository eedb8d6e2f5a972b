// A library of the program's, which knows nothing of scoop.
extern "C" double library_triple(double x) { return 3 * x; }
int library_twice(int x) { return 2 * x; }

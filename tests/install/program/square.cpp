long square(int x) { return static_cast<long>(x) * x; }

// Has a piece of libscoop linked into it, as from a static library.
extern "C" void scoop_register_task(const void*) {}

int main() {}

// libzmq is not instrumented: ThreadSanitizer sees what it calls of libc but not how its threads agree, and takes every
// hand-over between them for a race.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() { return "called_from_lib:libzmq.so\n"; }

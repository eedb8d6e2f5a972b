// libzmq and libsodium, by which it encrypts, are not instrumented: ThreadSanitizer sees what they call of libc but not
// how libzmq's threads agree, and takes every hand-over between them for a race.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() { return "called_from_lib:libzmq.so\ncalled_from_lib:libsodium.so\n"; }

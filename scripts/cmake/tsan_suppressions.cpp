// libzmq is not instrumented, so ThreadSanitizer takes every hand-over to and from its threads for a race. Nothing of
// ours but the bytes of frames goes that way.
extern "C" const char* __tsan_default_suppressions();
const char* __tsan_default_suppressions() { return "race:libzmq.so\n"; }

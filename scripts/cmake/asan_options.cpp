// What every program of an AddressSanitizer build begins with, on any host. main's frame is there until a task ends the
// process; the heap on which clang 16 keeps such frames, to find uses after return, would make what they hold leaks.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0"; }

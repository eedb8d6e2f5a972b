#pragma once
#include "worker/runtime/fiber.hpp"

namespace scoop {

/// From here on, a process that dies since a task used up its stack says so on standard error. Does nothing where
/// somebody else, such as a sanitizer, handles SIGSEGV.
///
/// Threads: the one that runs tasks; `running` always is the fiber that it is on.
void report_stack_overflow(Fiber* const& running);

}  // namespace scoop

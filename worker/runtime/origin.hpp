#pragma once
#include <string>
#include <vector>

#include "worker/runtime/plugin.hpp"

namespace scoop {

/// Calls the user's `main` with `path` as its own name, and returns what it returns. Pass that to exit(), which flushes
/// stdio and runs static destructors, as for any program.
///
/// The strings main got stay valid for ever, as a program's do. An exception that leaves main ends the process as in
/// any program: std::terminate says its type and text on standard error and aborts, so the run's exit status is 134
/// (128 + SIGABRT); the stack is still that of the throw, for a debugger.
/// Threads: the one that runs tasks, once.
int call_main(MainFunction function, const std::string& path, const std::vector<std::string>& arguments) noexcept;

}  // namespace scoop

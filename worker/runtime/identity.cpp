#include "worker/runtime/identity.hpp"

#include <cstdio>

#include "worker/runtime/executor.hpp"
#include "worker/runtime/local_progress.hpp"
#include "worker/runtime/module_table.hpp"

namespace scoop {

void log_to_stderr(std::string_view text) {
  std::fprintf(stderr, "scoop: %.*s\n", static_cast<int>(text.size()), text.data());
}

Identity& identity() {
  // Never destroyed: static destructors and other threads may log to the very end.
  static Identity& self = *new Identity{.log = [](int, std::string_view text) { log_to_stderr(text); },
                                        .show_progress = &show_progress_here};
  return self;
}

const char* run_without_pool() {
  static std::string why;
  ModuleTable& modules = module_table();
  if (auto found = modules.refresh(); !found) {
    why = found.failure().message;
    return why.c_str();
  }
  std::fputs(
      "scoop: this program was not started by scoop-launch: all its tasks run in this process, one after another\n",
      stderr);
  // Lives as long as the process: static destructors may still drop futures.
  the_executor = new Executor({}, modules);
  the_executor->attach();
  the_executor->admit_calls();
  return nullptr;
}

}  // namespace scoop

#pragma once
#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

inline constexpr int own_process_group = 0;

/// A program to start. Descriptors that are close-on-exec, as all of ours are, stay behind unless named here.
struct SpawnRequest {
  std::string program;                 // looked up on PATH if it has no slash
  std::vector<std::string> arguments;  // without the program's own name
  std::vector<std::string> environment;
  std::vector<int> inherited;                   // keep their numbers
  std::vector<std::pair<int, int>> redirected;  // from ours to the child's, for 0, 1 and 2
  int process_group = own_process_group;        // else a group of this session
  std::vector<int> cpus;                        // it may use; empty: those of this process
  int nice = 0;                                 // added to this process's; 20 and more are as 19
  std::string directory;                        // where it begins; empty: this process's
  bool dies_with_parent = true;                 // SIGKILL as soon as the calling thread's process ends
};

/// Starts it, with the signal mask and dispositions this process had before `block_signals`.
///
/// Errors:  also what exec says ("no such file"): then there is no child.
/// Threads: the child's end is bound to the calling thread (`dies_with_parent`): call from the one that lives longest.
Result<pid_t> spawn(const SpawnRequest& request);

/// This process's environment, as `SpawnRequest` wants it.
std::vector<std::string> own_environment();

}  // namespace scoop

#pragma once
#include <string>
#include <vector>

namespace scoop {

// Where a host was sent its libraries, LD_LIBRARY_PATH begins with their folders, and SCOOP_LIBRARY_PATH names these,
// so that they can be told from the user's. The host's shell sets both for the daemon, the daemon for its workers.

/// Takes the folders out of this process's environment and gives them; empty: there are none. Programs that a task
/// starts, or a tool, must not load libraries that were meant for us. The process itself is not concerned: the loader
/// has read them.
std::string take_library_path();

/// The environment with `folders` put in, for a worker to take them out again.
std::vector<std::string> with_library_path(std::vector<std::string> environment, const std::string& folders);

}  // namespace scoop

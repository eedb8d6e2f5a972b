#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"
#include "launcher/log_line.hpp"

namespace scoop {

/// What outlives runs: a folder a run, `$XDG_STATE_HOME/scoop/runs/ID`, else `$HOME/.local/state/scoop/runs/ID`. Only
/// their user can enter. An ID is the time of the start, UTC, and the launcher's process id: 20261126-014502-4711.
///
/// A run holds a lock on its file `run` for as long as its launcher lives.
inline constexpr std::size_t most_kept_runs = 50;

/// Where the folders of runs are, or would be.
///
/// Errors: neither variable says it.
Result<std::string> state_folder();

/// The folder of a run that begins.
struct RunFolder {
  std::string id;
  std::string path;
  UniqueFd record;  // the file `run`, still empty, to append to; holds the lock
};

/// Makes it, below `folder`, which is made too. Of runs that have ended the oldest go, so that `most_kept_runs` are
/// left.
///
/// Errors: a folder that cannot be made or written, or is somebody else's.
Result<RunFolder> make_run_folder(const std::string& folder, SystemTime now, pid_t pid);

/// Its launcher lives.
bool is_run_alive(const std::string& path);

/// The IDs of all runs, the newest first.
std::vector<std::string> list_runs(const std::string& folder);

/// The run that `wanted` names: an ID, or what only one begins with; none: the last.
///
/// Errors: there is none, or several.
Result<std::string> find_run(const std::string& folder, const std::optional<std::string>& wanted);

}  // namespace scoop

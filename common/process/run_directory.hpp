#pragma once
#include <string>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// The folder of one run, for its sockets: `$SCOOP_RUNTIME_DIR/RUN`, else `/tmp/scoop-UID/RUN`. Only its user can
/// enter.
///
/// Held by a lock on RUN/lock for as long as the object lives. Making one removes those whose holder is gone, so what a
/// kill -9 leaves behind does not stay.
class RunDirectory {
 public:
  /// Errors: a base that is a link, somebody else's, or open to others; a path too long for a socket's address.
  static Result<RunDirectory> make();

  RunDirectory(RunDirectory&& other) noexcept
      : base_(std::move(other.base_)),
        base_is_ours_(other.base_is_ours_),
        path_(std::exchange(other.path_, {})),
        lock_(std::move(other.lock_)) {}
  RunDirectory& operator=(RunDirectory&&) = delete;
  /// Removes the folder and what is in it.
  ~RunDirectory();

  const std::string& path() const { return path_; }

 private:
  RunDirectory(std::string base, bool base_is_ours) : base_(std::move(base)), base_is_ours_(base_is_ours) {}

  std::string base_;
  bool base_is_ours_;  // made by us under /tmp, so removed when empty
  std::string path_;
  UniqueFd lock_;
};

/// Removes those whose holder is gone. For who does not know which, and makes none.
void remove_abandoned_run_directories();

/// Removes a run directory whose launcher died without doing so. `patience`: how long one may still hold it that is
/// just dying, whose descriptors close one after the other.
void remove_run_directory(const std::string& path, Duration patience = {});

}  // namespace scoop

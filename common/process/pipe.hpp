#pragma once
#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// Both ends close-on-exec.
struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};
Result<Pipe> make_pipe();

/// For an end of ours: the other one stays as programs expect it.
UniqueFd never_blocking(UniqueFd fd);

}  // namespace scoop

#pragma once
#include "common/process/spawn.hpp"

namespace scoop {

struct ProgramOutput {
  int wait_status = 0;
  std::string text;  // standard output and error as they came
};

/// Runs it to its end. Its standard input is empty; `redirected` of the request is set here.
///
/// Errors: it cannot be started.
Result<ProgramOutput> read_output(SpawnRequest request);

}  // namespace scoop

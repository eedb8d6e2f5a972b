#pragma once
#include <string>

#include "launcher/ssh_failure.hpp"
#include "support/process.hpp"

namespace scoop::test {

/// What the user is told after an ssh that ended so.
inline SshFailure explained(const RequestedHost& host, const Outcome& outcome) {
  const auto fate = outcome.signal != 0 ? "killed by signal " + std::to_string(outcome.signal)
                                        : "ended with exit status " + std::to_string(outcome.status);
  return explain_ssh_failure(host, outcome.err, {outcome.signal, outcome.status, fate});
}

}  // namespace scoop::test

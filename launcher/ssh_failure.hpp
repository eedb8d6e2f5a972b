#pragma once
#include <string>
#include <string_view>

#include "common/protocol/message.hpp"
#include "launcher/host_file.hpp"

namespace scoop {

/// Why a host did not come.
struct SshFailure {
  std::string message;          // one line: the host, what happened, what to do, and what ssh or the host said
  bool is_worth_retry = false;  // it was too busy to take the login: a little later it may
};

/// `said` is what ssh wrote to standard error, by itself or for the host; what login shells print around it does no
/// harm.
SshFailure explain_ssh_failure(const RequestedHost& host, std::string_view said, const LossCause& end);

/// For an ssh that could not be started at all; `why` names it.
Failure explain_missing_ssh(const Failure& why);

}  // namespace scoop

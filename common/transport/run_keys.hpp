#pragma once
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// The keys of one run, worthless after it. Whoever has them belongs to the run; they are never shown to anybody else,
/// not in logs, arguments or the environment. Curve25519, in the 40 characters of Z85.
struct RunKeys {
  std::string server_public;  // of all that listen
  std::string server_secret;
  std::string client_public;  // of all that connect
  std::string client_secret;
};

Result<RunKeys> make_run_keys();

}  // namespace scoop

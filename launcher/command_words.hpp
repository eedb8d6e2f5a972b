#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// Reads the words of a command into what was declared in `app`, which is named "scoop-launch NAME". None: go on; else
/// the text of --help, for standard output.
///
/// Errors: one sentence.
Result<std::optional<std::string>> parse_command(CLI::App& app, int argc, const char* const* argv);

}  // namespace scoop

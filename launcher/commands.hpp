#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// What scoop-launch does beside starting runs. Its name is the first word: `scoop-launch logs`; a program that is
/// called so is started as ./logs.
struct Command {
  std::string_view name;
  std::string_view purpose;
  /// The exit status. argv[0] is the command's name. Errors: one sentence.
  Result<int> (*run)(int argc, const char* const* argv);
};

const std::vector<Command>& commands();

/// Null: the words are no command's.
const Command* find_command(int argc, const char* const* argv);

/// For `scoop-launch --help`.
std::string describe_commands();

}  // namespace scoop

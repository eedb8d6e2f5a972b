#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// Programs that were compiled from source, by what they were compiled from: `$XDG_CACHE_HOME/scoop/programs`, else
/// `$HOME/.cache/scoop/programs`. A library that is there is never changed, so several launchers may use it at once.
class ProgramCache {
 public:
  /// Beyond it, those that were not used for the longest time go.
  static constexpr std::uint64_t usual_limit = 500u << 20;

  /// Errors: neither variable says where; the folder cannot be made or written.
  static Result<ProgramCache> open();
  explicit ProgramCache(std::string folder) : folder_(std::move(folder)) {}

  /// The library that was compiled for the key, if no file that it was compiled from has changed.
  std::optional<std::string> find(const std::string& key) const;

  /// An empty folder of its own to compile in.
  Result<std::string> make_folder() const;
  /// Takes over the folder, in which the library of that name is, and has the key lead to it. Its path.
  Result<std::string> add(const std::string& key, const std::string& folder, const std::string& name,
                          const std::vector<std::string>& dependencies) const;

  void trim(std::uint64_t limit) const;

 private:
  std::string folder_;
};

/// The files that a compiler's `-MD` names, the target left out. Any text is survived.
std::vector<std::string> read_dependencies(std::string_view makefile);

}  // namespace scoop

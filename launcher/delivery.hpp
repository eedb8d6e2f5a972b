#pragma once
#include "launcher/bootstrap.hpp"
#include "launcher/options.hpp"

namespace scoop {

/// What the hosts of a run are sent, and how they are to use it. Read once, for all of them.
class Delivery {
 public:
  /// `folder`: where scoop-worker is.
  ///
  /// Errors: one sentence about a file that cannot be read, or a library that the loader does not find.
  static Result<Delivery> make(const std::string& folder, const LauncherOptions& options);

  /// The talk with one host's shell.
  Bootstrap bootstrap() const { return Bootstrap(settings_); }

 private:
  explicit Delivery(HostSettings settings) : settings_(std::move(settings)) {}

  HostSettings settings_;
};

}  // namespace scoop

#include "launcher/delivery.hpp"

namespace scoop {

Result<Delivery> Delivery::make(const std::string& folder, const LauncherOptions& options) {
  auto runtime = bundle_runtime(folder + "/scoop-worker");
  if (!runtime) return runtime.failure();
  auto program = bundle_program(options.program, **runtime);
  if (!program) return program.failure();
  auto settings = own_settings(*std::move(runtime), *std::move(program));
  settings.prefix = options.hosts.prefix;
  settings.path = options.hosts.path;
  settings.prolog = options.hosts.prolog;
  return Delivery(std::move(settings));
}

}  // namespace scoop

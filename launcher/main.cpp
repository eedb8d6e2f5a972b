#include <cstdio>
#include <string>

#include "common/base/exit_code.hpp"
#include "common/process/cpu_count.hpp"
#include "common/process/elf_file.hpp"
#include "common/process/limits.hpp"
#include "common/process/sanitizer_runtime.hpp"
#include "common/process/standard_streams.hpp"
#include "launcher/launcher.hpp"

namespace {

int refuse(const scoop::Failure& failure) {
  std::fprintf(stderr, "scoop-launch: %s\n", failure.message.c_str());
  return scoop::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  scoop::fill_standard_streams();
  const auto parsed = scoop::parse_launcher_options(argc, argv);
  if (!parsed) return refuse(parsed.failure());
  if (const auto* answer = std::get_if<scoop::Answer>(&*parsed)) {
    std::fputs(answer->text.c_str(), stdout);
    return scoop::exit_success;
  }
  auto options = std::get<scoop::LauncherOptions>(*parsed);
  const auto plan = scoop::plan_local_run(options, scoop::usable_cpus());
  if (const auto checked = scoop::check_wrapped_workers(options, plan); !checked) return refuse(checked.failure());
  if (const auto fits = scoop::fit_into_limits(plan.workers()); !fits) return refuse(fits.failure());
  if (const auto checked = scoop::check_shared_library(options.program); !checked) return refuse(checked.failure());

  auto runtime = scoop::sanitizer_runtime(options.program);
  if (!runtime) return refuse(runtime.failure());
  options.worker_settings.preload = *std::move(runtime);

  scoop::Launcher launcher(options, plan);
  const auto status = launcher.run();
  return status ? *status : refuse(status.failure());
}

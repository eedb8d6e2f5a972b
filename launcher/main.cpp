#include <cstdio>
#include <string>

#include "common/base/exit_code.hpp"
#include "common/process/elf_file.hpp"
#include "common/process/sanitizer_runtime.hpp"
#include "common/process/standard_streams.hpp"
#include "launcher/commands.hpp"
#include "launcher/launcher.hpp"
#include "launcher/program_compiler.hpp"

namespace {

int refuse(const scoop::Failure& failure) {
  std::fprintf(stderr, "scoop-launch: %s\n", failure.message.c_str());
  return scoop::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  scoop::fill_standard_streams();
  if (const auto* command = scoop::find_command(argc, argv)) {
    const auto status = command->run(argc - 1, argv + 1);
    return status ? *status : refuse(status.failure());
  }
  const auto parsed = scoop::parse_launcher_options(argc, argv, scoop::describe_commands());
  if (!parsed) return refuse(parsed.failure());
  if (const auto* answer = std::get_if<scoop::Answer>(&*parsed)) {
    std::fputs(answer->text.c_str(), stdout);
    return scoop::exit_success;
  }
  auto options = std::get<scoop::LauncherOptions>(*parsed);
  if (scoop::is_source(options.program)) {
    auto compiled = scoop::compile_program(options.program, options.compiler_flags);
    if (!compiled) return refuse(compiled.failure());
    options.program = *std::move(compiled);
  }
  if (const auto checked = scoop::check_shared_library(options.program); !checked) return refuse(checked.failure());

  // A scoop that is compiled with a sanitizer itself loads the runtime by itself.
  if (const auto own = scoop::sanitizer_runtime("/proc/self/exe"); own && own->empty()) {
    auto runtime = scoop::sanitizer_runtime(options.program);
    if (!runtime) return refuse(runtime.failure());
    options.worker_settings.preload = *std::move(runtime);
  }

  scoop::Launcher launcher(std::move(options));
  const auto status = launcher.run();
  return status ? *status : refuse(status.failure());
}

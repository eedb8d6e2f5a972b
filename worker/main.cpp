#include <cstdio>

#include "common/base/exit_code.hpp"
#include "worker/daemon/daemon.hpp"
#include "worker/library_path.hpp"
#include "worker/options.hpp"
#include "worker/preload.hpp"
#include "worker/runtime/worker_process.hpp"

int main(int argc, char** argv) {
  const auto options = scoop::parse_worker_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "%s\n", options.failure().message.c_str());
    return scoop::exit_usage;
  }
  if (!options->answer.empty()) {
    std::fputs(options->answer.c_str(), stdout);
    return scoop::exit_success;
  }
  if (!options->preload.empty()) {
    if (const auto loaded = scoop::load_before_all(options->preload, argv); !loaded) {
      std::fprintf(stderr, "%s\n", loaded.failure().message.c_str());
      return scoop::exit_usage;
    }
  }
  if (!options->left_by.empty()) return scoop::clean_up_after_daemon(options->left_by);
  if (options->by_stdio) return scoop::run_remote_daemon(options->cache_folders);
  if (options->is_daemon) return scoop::run_daemon(options->control_fd);
  scoop::take_library_path();
  return scoop_worker_main(options->control_fd);
}

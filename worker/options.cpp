#include "worker/options.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace scoop {
namespace {

const char* const usage =
    "scoop-worker is started by scoop-launch: scoop-worker [--host] [--preload LIBRARY] [--cache FOLDER]... "
    "--control-fd N or --control-stdio; or --clean-up NAME=VALUE";

const char* const help =
    "A worker of a SCOOP pool, or a host's daemon. scoop-launch starts it; there is no need to do so by hand.\n"
    "Usage: scoop-worker [OPTIONS]\n"
    "\n"
    "Options:\n"
    "  -h,--help             Print this help message and exit\n"
    "  --version             Display program version information and exit\n"
    "  --host                Be the daemon of this host\n"
    "  --preload LIBRARY     Load it before all others\n"
    "  --cache FOLDER ...    Of what the host was sent, and this run uses\n"
    "  --control-fd INT      Descriptor of the channel to who started it\n"
    "  --control-stdio       The channel is standard input and output; for a daemon\n"
    "  --clean-up NAME=VALUE End all processes that have this in their environment, and that is all\n";

bool parse_fd(std::string_view text, int& fd) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
  return error == std::errc() && end == text.data() + text.size() && fd >= 0;
}

}  // namespace

Result<WorkerOptions> parse_worker_options(int argc, const char* const* argv) {
  WorkerOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      options.answer = help;
      return options;
    }
    if (argument == "--version") {
      options.answer = "scoop-worker " SCOOP_VERSION "\n";
      return options;
    }
    if (argument == "--host") {
      options.is_daemon = true;
    } else if (argument == "--control-fd" && i + 1 < argc && parse_fd(argv[i + 1], options.control_fd)) {
      ++i;
    } else if (argument == "--control-stdio") {
      options.by_stdio = true;
    } else if (argument == "--cache" && i + 1 < argc) {
      options.cache_folders.emplace_back(argv[++i]);
    } else if (argument == "--clean-up" && i + 1 < argc) {
      options.left_by = argv[++i];
    } else if (argument == "--preload" && i + 1 < argc) {
      options.preload = argv[++i];
    } else {
      return Failure{std::string(usage) + ", got \"" + std::string(argument) + "\""};
    }
  }
  if (!options.left_by.empty()) return options;
  if (options.by_stdio ? !options.is_daemon || options.control_fd >= 0 : options.control_fd < 0) return Failure{usage};
  return options;
}

}  // namespace scoop

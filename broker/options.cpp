#include "broker/options.hpp"

#include <CLI/CLI.hpp>

#include "common/base/exit_code.hpp"

namespace scoop {

std::variant<BrokerOptions, int> parse_broker_options(int argc, const char* const* argv) {
  BrokerOptions options;
  CLI::App app("The broker of a SCOOP pool. scoop-launch starts it; there is no need to do so by hand.",
               "scoop-broker");
  app.set_version_flag("--version", "scoop-broker " SCOOP_VERSION);
  app.add_option("--listen-fd", options.listen_fd, "Descriptor that listens at the pool's endpoint")->required();
  app.add_option("--control-fd", options.control_fd, "Descriptor of the channel to scoop-launch")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_success : exit_usage;
  }
  return options;
}

}  // namespace scoop

#include "launcher/commands.hpp"

#include <algorithm>

#include "launcher/fleet_commands.hpp"
#include "launcher/logs_command.hpp"
#include "launcher/runs_command.hpp"

namespace scoop {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"logs", "Show what a run and its tasks logged", run_logs_command},
      {"runs", "List the last runs", run_runs_command},
      {"hosts", "List hosts and workers of a run that is going on", run_hosts_command},
      {"add-host", "Join hosts to a run that is going on", run_add_host_command},
      {"remove-host", "Let hosts leave a run that is going on", run_remove_host_command}};
  return all;
}

const Command* find_command(int argc, const char* const* argv) {
  if (argc < 2) return nullptr;
  const auto found = std::ranges::find(commands(), std::string_view(argv[1]), &Command::name);
  return found == commands().end() ? nullptr : &*found;
}

std::string describe_commands() {
  std::string text = "\nCommands (scoop-launch COMMAND --help says more):\n";
  for (const auto& command : commands()) {
    text += "  " + std::string(command.name) + std::string(28 - command.name.size(), ' ') +
            std::string(command.purpose) + "\n";
  }
  return text;
}

}  // namespace scoop

#include "launcher/runs_command.hpp"

#include "common/base/exit_code.hpp"
#include "launcher/command_words.hpp"
#include "launcher/run_list.hpp"
#include "launcher/state_folder.hpp"
#include "launcher/text_output.hpp"

namespace scoop {
namespace {

/// One that was killed while it began, or is just beginning, has no record.
std::vector<ListedRun> read_runs(const std::string& folder) {
  std::vector<ListedRun> runs;
  for (const auto& id : list_runs(folder)) {
    const auto path = folder + "/" + id;
    const bool is_alive = is_run_alive(path);  // asked first: one that ends meanwhile has its end in the record
    if (auto record = read_run_record(path)) runs.push_back({id, *std::move(record), is_alive});
  }
  return runs;
}

}  // namespace

Result<int> run_runs_command(int argc, const char* const* argv) {
  CLI::App app("Lists the last runs, the newest first: ID, start, duration, outcome and exit status, workers, command.",
               "scoop-launch runs");
  const auto help = parse_command(app, argc, argv);
  if (!help) return help.failure();
  TextOutput out;
  if (*help) {
    out.write(**help);
  } else {
    const auto folder = state_folder();
    if (!folder) return folder.failure();
    const auto runs = read_runs(*folder);
    if (runs.empty()) return Failure{"there are no runs yet in " + *folder};
    out.write(list_lines(runs));
  }
  out.flush();
  if (const auto written = out.status(); !written) return written.failure();
  return exit_success;
}

}  // namespace scoop

#include "launcher/logs_command.hpp"

#include <optional>
#include <string>
#include <utility>

#include "common/base/exit_code.hpp"
#include "common/base/log_format.hpp"
#include "launcher/command_words.hpp"
#include "launcher/log_choice.hpp"
#include "launcher/log_reader.hpp"
#include "launcher/quoted.hpp"
#include "launcher/run_record.hpp"
#include "launcher/state_folder.hpp"
#include "launcher/text_output.hpp"

namespace scoop {
namespace {

// Runs write their logs once a second.
constexpr int look_again_ms = 200;

/// Shows the records of one run as its launcher shows them.
class LogView {
 public:
  LogView(std::string folder, LogChoice choice)
      : folder_(std::move(folder)), choice_(std::move(choice)), reader_(folder_) {}

  /// All that has come since the last time.
  void show(TextOutput& out) {
    reader_.refresh();
    if (!broker_) read_broker();
    while (const auto record = reader_.next()) {
      if (broker_ && !names_broker_ && record->time >= broker_->since) {
        format_.set_broker(broker_->place);
        names_broker_ = true;
      }
      has_process_ = has_process_ || choice_.is_of(record->name);
      if (choice_.takes(*record)) out.write(line(*record));
      if (out.is_closed()) return;
    }
    out.flush();
  }

  /// Whether there was a record, of any level, of the process that is asked for.
  bool has_process() const { return has_process_; }

 private:
  void read_broker() {
    if (auto run = read_run_record(folder_)) broker_ = std::move(run->broker);
  }
  std::string line(const LogRecord& record) {
    auto text = format_.line(record);
    return has_colours_ ? coloured(record.level, std::move(text)) : text;
  }

  std::string folder_;
  LogChoice choice_;
  LogReader reader_;
  LogFormat format_;
  std::optional<BrokerPlace> broker_;
  bool names_broker_ = false;
  bool has_process_ = false;
  bool has_colours_ = TextOutput::has_colours();
};

}  // namespace

Result<int> run_logs_command(int argc, const char* const* argv) {
  std::optional<std::string> wanted;
  std::optional<std::string> process;
  std::optional<std::string> level;
  bool follows = false;
  CLI::App app("Shows what a run and its tasks logged, in the order of time.", "scoop-launch logs");
  app.add_option("ID", wanted, "Which run, or how its ID begins (default: the last; scoop-launch runs lists them)");
  app.add_flag("-f,--follow", follows, "Go on until the run ends");
  app.add_option("--worker", process, "Only this one: 3, w3 or w3@node7; or launcher, broker, daemon")->type_name("W");
  app.add_option("--level", level, "Only this and above: error, warn, info, debug or trace")->type_name("L");
  const auto help = parse_command(app, argc, argv);
  if (!help) return help.failure();
  TextOutput out;
  if (*help) {
    out.write(**help);
  } else {
    auto choice = parse_log_choice(level, process);
    if (!choice) return choice.failure();
    const auto base = state_folder();
    if (!base) return base.failure();
    const auto run = find_run(*base, wanted);
    if (!run) return run.failure();
    const auto folder = *base + "/" + *run;
    LogView view(folder, *std::move(choice));
    for (bool is_over = false; !is_over && !out.is_closed();) {
      is_over = !follows || !is_run_alive(folder);  // asked before the last look, so that nothing is missed
      view.show(out);
      if (!is_over) out.pause(look_again_ms);
    }
    if (process && !view.has_process() && !out.is_closed()) {
      return Failure{"run " + *run + " has no records of " + scoop::quoted(*process) + "; scoop-launch logs " + *run +
                     " shows those of all its processes"};
    }
  }
  out.flush();
  if (const auto written = out.status(); !written) return written.failure();
  return exit_success;
}

}  // namespace scoop

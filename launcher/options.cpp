#include "launcher/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "common/process/spawn.hpp"
#include "launcher/nearest.hpp"
#include "launcher/program_compiler.hpp"
#include "launcher/quantity.hpp"

namespace scoop {
namespace {

constexpr std::uint64_t most_workers = 65535;     // a slot's number has 16 bits
constexpr std::uint64_t least_stack = 64u << 10;  // below it, no C library call is safe
constexpr std::uint64_t most_threads = 4096;
constexpr std::uint64_t most_stack = std::uint64_t{64} << 30;

/// The options as text; what they mean is checked afterwards, for sentences of our own.
struct Texts {
  std::string workers;
  std::string stack_size;
  std::string lost_after;
  std::string threads;
  std::string bind;
  std::string compiler_flags;
  std::string wrap;
  std::string wrap_workers;
  std::string fault;
  std::string log_file;
  int verbose = 0;
  bool quiet = false;
  bool ship_all = false;
  bool version = false;
  bool help = false;
  HostOptionReader hosts;
};

struct HelpFormatter : CLI::Formatter {
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: scoop-launch [options] program.so|program.cpp [arguments...]\n";
  }
};

void declare(CLI::App& app, Texts& texts) {
  app.set_help_flag();  // ours goes through Answer, as --version does
  app.prefix_command();
  app.formatter(std::make_shared<HelpFormatter>());
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // refused later, in our own words
  app.option_defaults()->disable_flag_override();
  app.footer(
      "Everything behind the program is passed to it. Source (.cpp, .cc, .cxx) is compiled by scoop-c++ first, unless "
      "it is\n"
      "as it was then.");
  app.add_option("-n", texts.workers, "Number of workers (default: one a usable core)")->type_name("N");
  app.add_flag("-v,--verbose", texts.verbose, "Show events; -vv shows everything");
  app.add_flag("-q,--quiet", texts.quiet, "Show errors only, and no progress of maps");
  app.add_option("--log-file", texts.log_file, "Write log lines to FILE; only errors go to standard error as well")
      ->type_name("FILE");
  app.add_flag("--ship-all", texts.ship_all, "Encode and decode every task, even if it stays in its worker");
  app.add_option("--stack-size", texts.stack_size, "Address space of a task's stack (default: 8M)")->type_name("SIZE");
  app.add_option("--lost-after", texts.lost_after, "Silence that counts as a worker's death (default: 30s)")
      ->type_name("TIME");
  app.add_option("--threads-per-worker", texts.threads, "Threads of OpenMP and BLAS (default: its share of the cores)")
      ->type_name("N");
  app.add_option("--bind", texts.bind, "Bind each worker to cores of its own: core or none (default: none)")
      ->type_name("WHERE");
  app.add_option("--wrap", texts.wrap, "Start workers through COMMAND, as in 'gdb --args' or valgrind")
      ->type_name("COMMAND");
  app.add_option("--wrap-workers", texts.wrap_workers, "Only these, as in 0,2; 0 is the origin")->type_name("LIST");
  app.add_option("--cxxflags", texts.compiler_flags, "For the compiler, as in '-O3 -march=native'")->type_name("FLAGS");
  texts.hosts.declare(app);
  app.add_flag("--version", texts.version, "Show the version");
  app.add_flag("-h,--help", texts.help, "Show this text");
  app.add_option("--fault", texts.fault)->group("");  // for tests: seed:rate of lost frames
}

Failure wrong(const std::string& option, const std::string& right, const std::string& given) {
  return {option + " needs " + right + ", got \"" + given + "\""};
}

Failure empty_value(const std::string& option) { return {option + " has an empty value: give one, or leave it out"}; }

/// What cannot be right, whatever the option. `parsed`: the words that are not the program's.
Status check_values(const CLI::App& app, const std::vector<std::string>& parsed) {
  for (const auto& word : parsed) {
    // CLI11 takes the next word for the value of such a one.
    if (word.starts_with("--") && word.ends_with('=')) return empty_value(word.substr(0, word.size() - 1));
  }
  for (const auto* option : app.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    const auto name = option->get_lnames().empty() ? "-" + option->get_snames()[0] : "--" + option->get_lnames()[0];
    const auto& values = option->results();
    const bool may_repeat = option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    if (values.size() > 1 && !may_repeat) return Failure{name + " is given twice: give it once"};
    if (std::ranges::find(values, "") != values.end()) return empty_value(name);
  }
  return success();
}

Failure unknown_option(const CLI::App& app, const std::string& given) {
  std::vector<std::string> known;
  for (const auto* option : app.get_options([](const CLI::Option* one) { return !one->get_group().empty(); })) {
    for (const auto& name : option->get_snames()) known.push_back("-" + name);
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  const auto name = given.substr(0, given.find('=', 2));
  return {"unknown option " + name + "; did you mean " + nearest(name, known) +
          "? (scoop-launch --help lists all; options of the program go behind program.so)"};
}

Result<std::vector<std::uint32_t>> read_list(const std::string& text) {
  std::vector<std::uint32_t> numbers;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    const auto number = parse_count(word);
    if (!number || *number > most_workers) return wrong("--wrap-workers", "numbers of workers, as in 0,2", text);
    numbers.push_back(static_cast<std::uint32_t>(*number));
  }
  return numbers;
}

Status read_worker_settings(const Texts& texts, control::WorkerSettings& settings) {
  if (!texts.threads.empty()) {
    const auto threads = parse_count(texts.threads);
    if (!threads || *threads < 1 || *threads > most_threads) {
      return wrong("--threads-per-worker", "a number from 1 to " + std::to_string(most_threads), texts.threads);
    }
    settings.threads = static_cast<std::uint32_t>(*threads);
  }
  if (!texts.bind.empty() && texts.bind != "core" && texts.bind != "none") {
    return wrong("--bind", "core or none", texts.bind);
  }
  settings.bind_to_cores = texts.bind == "core";
  settings.wrap = texts.wrap;
  if (!texts.wrap_workers.empty()) {
    if (texts.wrap.empty()) return Failure{"--wrap-workers says whom, --wrap COMMAND what with: give both"};
    auto numbers = read_list(texts.wrap_workers);
    if (!numbers) return numbers.failure();
    settings.wrapped = *std::move(numbers);
  }
  return success();
}

Status read_numbers(const Texts& texts, LauncherOptions& options) {
  if (!texts.workers.empty()) {
    const auto workers = parse_count(texts.workers);
    if (!workers || *workers < 1 || *workers > most_workers) {
      return wrong("-n", "a number of workers from 1 to " + std::to_string(most_workers), texts.workers);
    }
    options.workers = static_cast<std::uint16_t>(*workers);
  }
  if (!texts.stack_size.empty()) {
    const auto bytes = parse_bytes(texts.stack_size);
    if (!bytes || *bytes < least_stack || *bytes > most_stack) {
      return wrong("--stack-size", "a size from 64K to 64G, as in 512K or 8M", texts.stack_size);
    }
    options.stack_bytes = *bytes;
  }
  if (!texts.lost_after.empty()) {
    const auto time = parse_duration(texts.lost_after);
    if (!time || *time < std::chrono::milliseconds(100)) {
      return wrong("--lost-after", "a time of at least 100ms, as in 500ms, 30s or 2m", texts.lost_after);
    }
    options.lost_after = *time;
  }
  return read_worker_settings(texts, options.worker_settings);
}

Status read_fault(const Texts& texts, LauncherOptions& options) {
  if (!texts.fault.empty()) {
    const auto colon = texts.fault.find(':');
    const auto seed = parse_count(texts.fault.substr(0, colon));
    const auto rate = colon == std::string::npos ? std::nullopt : parse_fraction(texts.fault.substr(colon + 1));
    if (!seed || !rate) return wrong("--fault", "seed:rate, as in 7:0.01", texts.fault);
    options.fault = {*seed, *rate};
  }
  return success();
}

Status read_program(const CLI::App& app, LauncherOptions& options) {
  auto rest = app.remaining();
  if (!rest.empty() && rest[0] == "--") {
    rest.erase(rest.begin());
  } else if (!rest.empty() && rest[0].size() > 1 && rest[0][0] == '-') {
    return unknown_option(app, rest[0]);
  }
  if (rest.empty() || rest[0].empty()) {
    return Failure{"no program given: scoop-launch [options] program.so|program.cpp [arguments...]"};
  }
  options.program = rest[0];
  options.arguments.assign(rest.begin() + 1, rest.end());
  return success();
}

LogLevel log_level(const Texts& texts) {
  if (texts.quiet) return LogLevel::error;
  if (texts.verbose >= 2) return LogLevel::trace;
  return texts.verbose == 1 ? LogLevel::debug : LogLevel::info;
}

}  // namespace

Result<std::variant<LauncherOptions, Answer>> parse_launcher_options(int argc, const char* const* argv,
                                                                     const std::string& more_help) {
  CLI::App app("Runs a program's main on one worker and its tasks on all of them.", "scoop-launch");
  Texts texts;
  declare(app, texts);
  const auto words = join_host_words(app, {argv + 1, argv + argc});
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants the last one first
  } catch (const CLI::ArgumentMismatch& error) {
    // "-n: 1 required N missing", or "quiet was given a disallowed flag override"
    const std::string said = error.what();
    const auto name = said.substr(0, said.find_first_of(": "));
    return Failure{(name.starts_with('-') ? name + " needs a value" : "--" + name + " takes no value") +
                   " (scoop-launch --help lists all options)"};
  } catch (const CLI::ParseError& error) {
    return Failure{std::string(error.what()) + " (scoop-launch --help lists all options)"};
  }
  if (texts.help) return {Answer{app.help() + more_help}};
  if (texts.version) return {Answer{"SCOOP " SCOOP_VERSION "\n"}};

  const std::vector<std::string> parsed(words.begin(), words.end() - static_cast<std::ptrdiff_t>(app.remaining_size()));
  if (const auto checked = check_values(app, parsed); !checked) return checked.failure();
  if (texts.quiet && texts.verbose > 0) return Failure{"-q and -v contradict each other: give one of them"};

  LauncherOptions options;
  options.command_line.assign(argv, argv + argc);
  if (const auto read = read_numbers(texts, options); !read) return read.failure();
  if (const auto read = read_fault(texts, options); !read) return read.failure();
  if (const auto read = read_program(app, options); !read) return read.failure();
  if (!texts.compiler_flags.empty() && !is_source(options.program)) {
    return Failure{"--cxxflags is for a program that is compiled first, and " + options.program + " is no C++ source"};
  }
  options.compiler_flags = texts.compiler_flags;
  auto hosts = texts.hosts.read(own_environment());
  if (!hosts) return hosts.failure();
  options.hosts = *std::move(hosts);
  options.log_level = log_level(texts);
  options.log_file = texts.log_file;
  options.ship_all = texts.ship_all;
  return {options};
}

}  // namespace scoop

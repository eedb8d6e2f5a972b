#include "launcher/library_closure.hpp"

#include <algorithm>

#include "common/process/program_output.hpp"

namespace scoop {
namespace {

constexpr std::string_view arrow = " => ";

/// This process's, with the loader's search path and nothing else for it but the order to list and not to run. Its
/// option --list would end at the first library that is not found.
std::vector<std::string> listing_environment() {
  auto environment = own_environment();
  std::erase_if(environment, [](const std::string& entry) {
    return entry.starts_with("LD_") && !entry.starts_with("LD_LIBRARY_PATH=");
  });
  environment.emplace_back("LD_TRACE_LOADED_OBJECTS=1");
  return environment;
}

/// Without the address at the end.
std::string_view without_address(std::string_view text) { return text.substr(0, text.rfind(" (0x")); }

/// What it says beside the list: why it failed.
std::string first_complaint(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (!line.empty() && line.front() != '\t') return std::string(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return "";
}

}  // namespace

bool is_of_c_library(std::string_view name) {
  static constexpr std::string_view beginnings[] = {
      "libc.so",    "libm.so",     "libpthread.so",   "libdl.so",           "librt.so", "libresolv.so", "libutil.so",
      "libanl.so",  "libmvec.so",  "libthread_db.so", "libBrokenLocale.so", "libnss_",  "libnsl.so.1",  "ld-linux",
      "linux-vdso", "linux-gate.", "ld64.so"};
  return std::any_of(std::begin(beginnings), std::end(beginnings),
                     [name](std::string_view beginning) { return name.starts_with(beginning); });
}

std::vector<NeededLibrary> parse_library_list(std::string_view text) {
  std::vector<NeededLibrary> libraries;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with('\t')) continue;
    line.remove_prefix(1);
    const auto middle = line.find(arrow);
    const bool is_by_path = middle == std::string_view::npos && line.starts_with('/');
    if (middle == std::string_view::npos && !is_by_path) continue;  // "statically linked", what the kernel gives
    const auto name = is_by_path ? without_address(line) : line.substr(0, middle);
    if (is_of_c_library(name.substr(name.rfind('/') + 1))) continue;
    const auto path = is_by_path ? name : line.substr(middle + arrow.size());
    libraries.push_back({std::string(name), path == "not found" ? "" : std::string(without_address(path))});
  }
  return libraries;
}

Result<std::vector<NeededLibrary>> library_closure(const std::string& file, const std::string& interpreter) {
  if (interpreter.empty()) return std::vector<NeededLibrary>{};
  SpawnRequest request;
  request.program = interpreter;
  request.arguments = {file};
  request.environment = listing_environment();
  const auto output = read_output(request);
  if (!output) return output.failure();
  if (output->wait_status != 0) {
    return Failure{file + " cannot be loaded: " + first_complaint(output->text) + "; compile it again on this machine"};
  }
  auto libraries = parse_library_list(output->text);
  for (const auto& library : libraries) {
    if (library.name.find('/') == std::string::npos) continue;
    return Failure{file + " needs " + library.name +
                   " by its path, so it cannot be sent to other hosts; build that library with -Wl,-soname,NAME and " +
                   "link again"};
  }
  return libraries;
}

}  // namespace scoop

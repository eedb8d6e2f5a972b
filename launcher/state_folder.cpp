#include "launcher/state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <tuple>

#include "launcher/quoted.hpp"

namespace scoop {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view id_form = "00000000-000000-";  // and the process id
constexpr std::size_t most_named_runs = 5;
constexpr const char* give_another = "set XDG_STATE_HOME to a folder of your own";

std::string error_text() { return std::strerror(errno); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Nothing else in the folder is ever touched.
bool is_run_id(std::string_view name) {
  if (name.size() <= id_form.size() || name.size() > id_form.size() + 9) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool is_dash = i < id_form.size() && id_form[i] == '-';
    if (is_dash ? name[i] != '-' : !is_digit(name[i])) return false;
  }
  return true;
}

std::string run_id(SystemTime time, pid_t pid) {
  const std::time_t since_1970 = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm utc{};
  ::gmtime_r(&since_1970, &utc);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y%m%d-%H%M%S-", &utc);
  return std::string(text.data(), size) + std::to_string(pid);
}

bool is_newer(const std::string& a, const std::string& b) {
  const auto key = [](const std::string& id) {  // of two process ids with as many digits the greater one is the later
    return std::tuple(id.substr(0, id_form.size()), id.size(), id);
  };
  return key(a) > key(b);
}

Status make_folder(const std::string& path) {
  struct stat status {};
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return success();
  const auto why = error_text();
  if (::stat(path.c_str(), &status) == 0) return success();  // some file systems answer otherwise first
  return Failure{path + " cannot be made: " + why + "; " + give_another};
}

Result<UniqueFd> open_folder(const std::string& path) {
  // As the standard of XDG_STATE_HOME says, what is made on the way is its user's alone.
  for (auto end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    if (const auto made = make_folder(path.substr(0, end)); !made) return made.failure();
  }
  if (const auto made = make_folder(path); !made) return made.failure();
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) {
    return Failure{path + " cannot be opened: " + error_text() + "; " + give_another};
  }
  if (status.st_uid != ::geteuid()) return Failure{path + " belongs to another user; " + give_another};
  if ((status.st_mode & 07777) != 0700) ::fchmod(fd.get(), 0700);
  return fd;
}

/// Of a run's record; none: its launcher holds it.
std::optional<UniqueFd> lock_record(const std::string& run) {
  UniqueFd record(::open((run + "/run").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!record || ::flock(record.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return record;
}

void remove_old_runs(const std::string& folder) {
  auto runs = list_runs(folder);
  std::size_t kept = runs.size();
  for (auto run = runs.rbegin(); run != runs.rend() && kept > most_kept_runs; ++run) {
    const auto path = folder + "/" + *run;
    std::error_code error;
    if (const auto record = lock_record(path)) fs::remove_all(path, error);
    if (!fs::exists(path, error)) --kept;
  }
}

/// "a, b, c and 4 more"
std::string name_some(const std::vector<std::string>& runs) {
  std::string names;
  for (std::size_t i = 0; i < std::min(runs.size(), most_named_runs); ++i) names += (i == 0 ? "" : ", ") + runs[i];
  if (runs.size() > most_named_runs) names += " and " + std::to_string(runs.size() - most_named_runs) + " more";
  return names;
}

}  // namespace

Result<std::string> state_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/scoop/runs";  // its standard: else it is not set
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/scoop/runs";
  return Failure{std::string("neither XDG_STATE_HOME nor HOME names a folder; ") + give_another};
}

Result<RunFolder> make_run_folder(const std::string& folder, SystemTime now, pid_t pid) {
  const auto folder_fd = open_folder(folder);
  if (!folder_fd) return folder_fd.failure();
  while (::flock(folder_fd->get(), LOCK_EX) != 0) {
    if (errno != EINTR) return Failure{folder + " cannot be locked: " + error_text() + "; " + give_another};
  }
  // Under another name until it is locked, so that nobody takes it for one that has ended.
  const auto unborn = folder + "/new";
  std::error_code error;
  fs::remove_all(unborn, error);  // its maker was killed, for the folder is locked now
  if (::mkdir(unborn.c_str(), 0700) != 0) {
    return Failure{unborn + " cannot be made: " + error_text() + "; " + give_another};
  }
  auto record = lock_record(unborn);
  if (!record) return Failure{unborn + "/run cannot be made and locked: " + error_text() + "; " + give_another};
  RunFolder run;
  run.record = *std::move(record);
  do {  // the ID may be another machine's, or another container's, that shares the folder
    run.id = run_id(now, pid);
    run.path = folder + "/" + run.id;
    now += std::chrono::seconds(1);
    error.clear();
    fs::rename(unborn, run.path, error);
  } while (error == std::errc::directory_not_empty || error == std::errc::file_exists);
  if (error) return Failure{run.path + " cannot be made: " + error.message() + "; " + give_another};
  remove_old_runs(folder);
  return run;
}

bool is_run_alive(const std::string& path) {
  const UniqueFd record(::open((path + "/run").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return record && ::flock(record.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::vector<std::string> list_runs(const std::string& folder) {
  std::vector<std::string> runs;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code vanished;
    const auto name = entry->path().filename().string();
    if (is_run_id(name) && entry->is_directory(vanished) && !entry->is_symlink(vanished)) runs.push_back(name);
  }
  std::ranges::sort(runs, is_newer);
  return runs;
}

Result<std::string> find_run(const std::string& folder, const std::optional<std::string>& wanted) {
  const auto runs = list_runs(folder);
  if (runs.empty()) return Failure{"there are no runs yet in " + folder};
  if (!wanted) return runs[0];
  std::vector<std::string> found;
  for (const auto& run : runs) {
    if (run == *wanted) return run;
    if (run.starts_with(*wanted)) found.push_back(run);
  }
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    return Failure{"there is no run " + scoop::quoted(*wanted) + "; there are " + name_some(runs) +
                   " (scoop-launch runs lists all)"};
  }
  return Failure{"several runs begin with " + scoop::quoted(*wanted) + ": " + name_some(found) +
                 "; give more of the ID"};
}

}  // namespace scoop

#include "worker/daemon/host_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

namespace scoop {
namespace {

namespace fs = std::filesystem;
using SystemTime = std::chrono::system_clock::time_point;

constexpr std::string_view unfinished = ".new-";
constexpr auto just_used = std::chrono::minutes(1);  // by a shell whose daemon does not hold it yet
constexpr auto abandoned = std::chrono::hours(24);

std::string mark_of(const fs::path& folder) { return folder.string() + "/.used"; }

bool is_entry(const std::string& name) {
  return name.size() == 32 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<SystemTime> change_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
}

struct Entry {
  fs::path folder;
  std::uint64_t bytes = 0;
  SystemTime used;
};

/// Without its mark it is damaged; then its own time has to do.
std::optional<Entry> look_at(const fs::path& folder) {
  const auto mark = change_of(mark_of(folder));
  const auto used = mark ? mark : change_of(folder);
  if (!used) return std::nullopt;
  Entry entry{folder, 0, *used};
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder, error)) {
    const auto size = file.file_size(error);
    if (!error) entry.bytes += size;
  }
  return entry;
}

/// Moved aside first: half of a folder must never stand under its name.
void remove_entry(const fs::path& folder) {
  const auto aside = folder.parent_path() /
                     (std::string(unfinished) + folder.filename().string() + "-old-" + std::to_string(::getpid()));
  std::error_code error;
  fs::rename(folder, aside, error);
  if (!error) fs::remove_all(aside, error);
}

/// False: somebody uses it, or has just begun to.
bool remove_unused(const Entry& entry) {
  const UniqueFd mark(::open(mark_of(entry.folder).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (mark && ::flock(mark.get(), LOCK_EX | LOCK_NB) != 0) return false;
  const auto last = look_at(entry.folder);
  if (!last || last->used != entry.used) return false;
  remove_entry(entry.folder);
  return true;
}

}  // namespace

HostCache::~HostCache() {
  for (const auto& mark : held_) ::futimens(mark.get(), nullptr);
}

Status HostCache::hold(const std::string& folder) {
  UniqueFd mark(::open(mark_of(folder).c_str(), O_RDONLY | O_CLOEXEC));
  if (!mark) return Failure{mark_of(folder) + " cannot be opened: " + std::strerror(errno) + "; start again"};
  // Whoever removes a folder has its lock for a moment. A file system without locks does not keep anybody from running.
  while (::flock(mark.get(), LOCK_SH) != 0 && errno == EINTR) {
  }
  if (::access(mark_of(folder).c_str(), F_OK) != 0) return Failure{folder + " has just been removed; start again"};
  cache_ = fs::path(folder).parent_path().string();
  held_.push_back(std::move(mark));
  return success();
}

void HostCache::trim(std::uint64_t limit, SystemTime now) const {
  if (cache_.empty()) return;
  std::vector<Entry> entries;
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const auto& one : fs::directory_iterator(cache_, error)) {
    const auto name = one.path().filename().string();
    if (name.starts_with(unfinished)) {
      const auto changed = change_of(one.path());
      if (changed && now - *changed > abandoned) fs::remove_all(one.path(), error);
    } else if (auto entry = is_entry(name) ? look_at(one.path()) : std::nullopt) {
      bytes += entry->bytes;
      entries.push_back(*std::move(entry));
    }
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const auto& entry : entries) {
    if (bytes <= limit || now - entry.used < just_used) return;
    if (remove_unused(entry)) bytes -= entry.bytes;
  }
}

}  // namespace scoop

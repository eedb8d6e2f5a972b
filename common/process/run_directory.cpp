#include "common/process/run_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

namespace scoop {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view run_prefix = "run-";  // nothing else in the base is ever touched
constexpr std::size_t socket_path_limit = sizeof(sockaddr_un::sun_path) - 1;
constexpr const char* give_another = "set SCOOP_RUNTIME_DIR to a folder of your own";
constexpr std::size_t longest_socket_name = sizeof("/h65535.s65535.4294967295.sock") - 1;

std::string error_text() { return std::strerror(errno); }

struct Base {
  std::string path;
  bool is_ours = false;
};

std::string default_base() { return "/tmp/scoop-" + std::to_string(::geteuid()); }

Base choose_base() {
  const char* given = std::getenv("SCOOP_RUNTIME_DIR");
  std::error_code error;  // without a current folder a relative path stays what it is, and is refused below
  if (given != nullptr && *given != '\0') {
    auto path = fs::absolute(given, error);
    return {(error ? fs::path(given) : path).lexically_normal().string(), false};
  }
  return {default_base(), true};
}

/// Anybody could have made the folder under /tmp before us, or put a link there.
Status check_base(const std::string& path, int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return Failure{path + ": " + error_text()};
  if (status.st_uid != ::geteuid()) {
    return Failure{path + " belongs to another user; " + give_another};
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Failure{path + " can be written by others; chmod 700 it, or " + give_another};
  }
  return success();
}

Result<UniqueFd> open_base(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failure{path + " cannot be made: " + error_text() + "; " + give_another};
  }
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) {
    const bool is_other = errno == ENOTDIR || errno == ELOOP;
    return Failure{path + (is_other ? " is not a folder (links are refused)" : " cannot be opened: " + error_text()) +
                   "; " + give_another};
  }
  if (const auto checked = check_base(path, fd.get()); !checked) return checked.failure();
  return fd;
}

/// Held for moments, while run directories appear or vanish, so that nobody sees one without its lock.
bool lock_base(int base) {
  while (::flock(base, LOCK_EX) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

std::optional<UniqueFd> lock_run(const std::string& run) {
  UniqueFd lock(::open((run + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return lock;
}

/// A folder without a lock file is one too: its maker died between two lines, for the base is locked now.
void remove_abandoned_runs(const std::string& base) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(base, error)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(run_prefix) || !entry.is_directory(error) || entry.is_symlink(error)) continue;
    if (const auto lock = lock_run(entry.path())) fs::remove_all(entry.path(), error);
  }
}

/// False: somebody holds it. What is no run directory is not touched.
bool try_to_remove(const fs::path& folder) {
  if (!folder.filename().string().starts_with(run_prefix)) return true;
  const UniqueFd base_fd(::open(folder.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!base_fd || !lock_base(base_fd.get())) return true;
  std::error_code error;
  if (fs::exists(folder, error)) {
    const auto lock = lock_run(folder);
    if (!lock) return false;
    fs::remove_all(folder, error);
  }
  if (folder.parent_path() == default_base()) ::rmdir(default_base().c_str());  // only if empty
  return true;
}

std::string new_name() {
  std::uint32_t random = 0;
  if (::getrandom(&random, sizeof random, 0) != sizeof random) random = static_cast<std::uint32_t>(::getpid());
  return std::string(run_prefix) + std::to_string(::getpid()) + "-" + std::to_string(random);
}

}  // namespace

Result<RunDirectory> RunDirectory::make() {
  const auto [base, is_ours] = choose_base();
  RunDirectory run(base, is_ours);
  // Again when the run that ended last removes the empty base between our opening and our locking it.
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto base_fd = open_base(base);
    if (!base_fd) return base_fd.failure();
    if (!lock_base(base_fd->get())) return Failure{base + " cannot be locked: " + error_text() + "; " + give_another};
    remove_abandoned_runs(base);

    const auto path = base + "/" + new_name();
    if (path.size() + longest_socket_name > socket_path_limit) {
      return Failure{base + " is too long a path for sockets (" + std::to_string(socket_path_limit) +
                     " bytes in all): set SCOOP_RUNTIME_DIR to a shorter one"};
    }
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == ENOENT || errno == EEXIST) continue;
      return Failure{path + " cannot be made: " + error_text() + "; " + give_another};
    }
    run.path_ = path;
    auto lock = lock_run(path);
    if (!lock) return Failure{path + "/lock cannot be locked: " + error_text() + "; " + give_another};
    run.lock_ = std::move(*lock);
    return run;
  }
  return Failure{base + " vanishes again and again; " + give_another};
}

RunDirectory::~RunDirectory() {
  if (path_.empty()) return;
  const UniqueFd base_fd(::open(base_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (base_fd) lock_base(base_fd.get());
  std::error_code error;
  fs::remove_all(path_, error);
  if (base_is_ours_) ::rmdir(base_.c_str());  // only if empty
}

void remove_abandoned_run_directories() {
  const auto [base, is_ours] = choose_base();
  const UniqueFd base_fd(::open(base.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!base_fd || !check_base(base, base_fd.get()) || !lock_base(base_fd.get())) return;
  remove_abandoned_runs(base);
  if (is_ours) ::rmdir(base.c_str());  // only if empty
}

void remove_run_directory(const std::string& path, Duration patience) {
  const auto deadline = Clock::now() + patience;
  while (!try_to_remove(path) && Clock::now() < deadline) {
    const timespec pause{0, 1'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace scoop

#include "common/process/process_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <unordered_map>

#include "common/base/unique_fd.hpp"

namespace scoop {
namespace {

/// Field 4 of /proc/PID/stat; the name before it may hold anything, also a closing bracket. 0: there is none.
pid_t parent_of(const std::string& pid) {
  const UniqueFd file(::open(("/proc/" + pid + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return 0;
  std::array<char, 512> text{};
  const auto size = ::read(file.get(), text.data(), text.size() - 1);
  const char* end_of_name = size > 0 ? std::strrchr(text.data(), ')') : nullptr;
  if (end_of_name == nullptr || std::strlen(end_of_name) < 5) return 0;
  return std::atoi(end_of_name + 4);
}

/// Each with its parent.
std::unordered_map<pid_t, pid_t> all_processes() {
  std::unordered_map<pid_t, pid_t> result;
  DIR* directory = ::opendir("/proc");
  if (directory == nullptr) return result;
  while (const dirent* file = ::readdir(directory)) {
    const pid_t pid = std::atoi(file->d_name);
    if (pid > 0) result[pid] = parent_of(file->d_name);
  }
  ::closedir(directory);
  return result;
}

/// Also those that are dead and not reaped. The walk up from each ends at us, at a spared child, or at the top.
std::vector<pid_t> descendants(const std::set<pid_t>& spared) {
  const auto processes = all_processes();
  const pid_t self = ::getpid();
  std::vector<pid_t> result;
  for (const auto& [pid, parent] : processes) {
    if (pid == self) continue;
    pid_t at = pid;
    // The bound: the entries were not read at one moment, so they could form a ring.
    for (int depth = 0; depth < 10'000 && at != self && !spared.contains(at); ++depth) {
      const auto found = processes.find(at);
      at = found == processes.end() ? 0 : found->second;
      if (at == 0) break;
    }
    if (at == self) result.push_back(pid);
  }
  return result;
}

/// As it was when the program began; empty for one that is dead, or another user's.
std::string environment_of(pid_t pid) {
  std::string text;
  const UniqueFd file(::open(("/proc/" + std::to_string(pid) + "/environ").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> block;
  for (ssize_t count; file && (count = ::read(file.get(), block.data(), block.size())) > 0;) {
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::vector<pid_t> those_with(const std::string& variable) {
  const std::string entry = '\0' + variable + '\0';
  std::vector<pid_t> result;
  for (const auto& [pid, parent] : all_processes()) {
    if (pid == ::getpid()) continue;
    if (('\0' + environment_of(pid)).find(entry) != std::string::npos) result.push_back(pid);
  }
  return result;
}

// SIGCHLD may be blocked, unblocked or read elsewhere here: a short wait is right in each case.
void pause_briefly() {
  const timespec pause{0, 500'000};
  ::nanosleep(&pause, nullptr);
}

/// Whether children are left, dead or alive.
bool reap(const std::set<pid_t>& spared) {
  while (true) {
    const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
    if (pid < 0) return false;
    if (pid == 0) break;
  }
  return spared.empty() || !descendants(spared).empty();
}

}  // namespace

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

std::set<pid_t> own_children() {
  std::set<pid_t> result;
  const auto self = ::getpid();
  // One small file, where the kernel has it: this runs at every start of the launcher.
  std::ifstream quick("/proc/self/task/" + std::to_string(self) + "/children");
  if (quick) {
    for (pid_t pid = 0; quick >> pid;) result.insert(pid);
    return result;
  }
  for (const auto& [pid, parent] : all_processes()) {
    if (parent == self) result.insert(pid);
  }
  return result;
}

bool kill_descendants(const std::set<pid_t>& spared, Duration limit) {
  const auto deadline = Clock::now() + limit;
  while (reap(spared)) {
    for (const pid_t pid : descendants(spared)) ::kill(pid, SIGKILL);
    if (Clock::now() > deadline) return false;
    pause_briefly();
  }
  return true;
}

bool kill_those_with(const std::string& variable, Duration limit) {
  const auto deadline = Clock::now() + limit;
  for (auto found = those_with(variable); !found.empty(); found = those_with(variable)) {
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
    if (Clock::now() > deadline) return false;
    pause_briefly();
  }
  return true;
}

}  // namespace scoop

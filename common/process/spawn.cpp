#include "common/process/spawn.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/base/unique_fd.hpp"
#include "common/process/signals.hpp"

namespace scoop {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  result.reserve(strings.size() + 2);
  for (const auto& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

/// As many CPUs as the machine may have.
class CpuSet {
 public:
  explicit CpuSet(const std::vector<int>& cpus) {
    if (cpus.empty()) return;
    const int count = *std::max_element(cpus.begin(), cpus.end()) + 1;
    size_ = CPU_ALLOC_SIZE(count);
    set_ = CPU_ALLOC(count);
    CPU_ZERO_S(size_, set_);
    for (const int cpu : cpus) CPU_SET_S(cpu, size_, set_);
  }
  CpuSet(const CpuSet&) = delete;
  CpuSet& operator=(const CpuSet&) = delete;
  ~CpuSet() {
    if (set_ != nullptr) CPU_FREE(set_);
  }
  const cpu_set_t* get() const { return set_; }
  std::size_t size() const { return size_; }

 private:
  cpu_set_t* set_ = nullptr;
  std::size_t size_ = 0;
};

/// All the child needs, made before it exists: it shares this memory and must not allocate.
struct ChildSetup {
  const SpawnRequest& request;
  pid_t parent;
  char** arguments;
  char** environment;
  const cpu_set_t* cpus;  // null: as this process
  std::size_t cpus_size;
};

/// Between vfork and exec: system calls only, on the parent's memory. Returns only on failure.
void become(const ChildSetup& setup) {
  const auto& request = setup.request;
  if (::setpgid(0, request.process_group) != 0) return;
  if (request.dies_with_parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return;
    if (::getppid() != setup.parent) ::_exit(127);  // it died before the line above
  }
  for (const auto& [from, to] : request.redirected) {
    if (from == to ? ::fcntl(from, F_SETFD, 0) != 0 : ::dup2(from, to) < 0) return;
  }
  for (const int fd : request.inherited) {
    if (::fcntl(fd, F_SETFD, 0) != 0) return;
  }
  if (setup.cpus != nullptr && ::sched_setaffinity(0, setup.cpus_size, setup.cpus) != 0) return;
  if (request.nice != 0 && ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + request.nice) != 0) return;
  if (!request.directory.empty() && ::chdir(request.directory.c_str()) != 0) return;
  restore_signals();
  ::execvpe(request.program.c_str(), setup.arguments, setup.environment);
}

// vfork, not fork: no copying of page tables.
__attribute__((noinline)) pid_t start(const ChildSetup& setup, int error_fd) {
  const pid_t child = ::vfork();
  if (child == 0) {
    become(setup);
    const int error = errno;
    (void)!::write(error_fd, &error, sizeof error);
    ::_exit(127);
  }
  return child;
}

/// What the child says before exec: nothing, when exec closes its end.
int read_error(int fd) {
  int error = 0;
  while (::read(fd, &error, sizeof error) < 0 && errno == EINTR) {
  }
  return error;
}

}  // namespace

Result<pid_t> spawn(const SpawnRequest& request) {
  auto arguments = pointers(request.arguments);
  arguments.insert(arguments.begin(), const_cast<char*>(request.program.c_str()));
  auto environment = pointers(request.environment);
  // A pipe and not memory that vfork shares: valgrind and ThreadSanitizer make a fork of it.
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Failure{"cannot start a process: " + std::string(std::strerror(errno))};
  const UniqueFd told(ends[0]);
  UniqueFd telling(ends[1]);
  const CpuSet cpus(request.cpus);
  const pid_t child =
      start({request, ::getpid(), arguments.data(), environment.data(), cpus.get(), cpus.size()}, telling.get());
  if (child < 0) return Failure{"cannot start a process: " + std::string(std::strerror(errno))};
  telling.reset();
  if (const int error = read_error(told.get()); error != 0) {
    ::waitpid(child, nullptr, 0);
    return Failure{request.program + " cannot be started: " + std::strerror(error)};
  }
  return child;
}

std::vector<std::string> own_environment() {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) result.emplace_back(*entry);
  return result;
}

}  // namespace scoop

// Runs a command where something usual is missing: odd_place KIND command...
//   no-membarrier   the kernel refuses membarrier, as in a strict container
//   lazy-init       for the first process of a pid namespace: reaps nobody but the command, and then says on standard
//                   error who is still alive after 2 s
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/wait_until.hpp"

namespace {

bool forbid_membarrier() {
  std::array<sock_filter, 4> rules{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog filter{static_cast<unsigned short>(rules.size()), rules.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 &&
         ::syscall(SYS_membarrier, 0, 0, 0) == -1 && errno == EPERM;
}

/// Dead ones that nobody reaps are not counted.
std::string living_others() {
  std::string living;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const int pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 1) continue;
    std::string word;
    std::string name;
    char state = 'Z';
    std::ifstream(entry.path() / "stat") >> word >> name >> state;  // the names here have no blanks
    if (state != 'Z') living += " " + name;
  }
  return living;
}

int wait_for(char** command) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(command[0], command);
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) != child) {
  }
  if (!scoop::test::wait_until([] { return living_others().empty(); }, std::chrono::seconds(2))) {
    std::fprintf(stderr, "still alive:%s\n", living_others().c_str());
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  if (std::string(argv[1]) == "lazy-init") return wait_for(argv + 2);
  if (!forbid_membarrier()) {
    std::perror("no-membarrier");
    return 2;
  }
  ::execvp(argv[2], argv + 2);
  return 127;
}

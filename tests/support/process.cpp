#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "support/contents.hpp"
#include "support/wait_until.hpp"

extern "C" {  // which the header of glibc 2.36 forgot
#include <sys/pidfd.h>
}

extern char** environ;

namespace scoop::test {
namespace {

constexpr const char* mark_name = "SCOOP_TEST_MARK";

void check(int error, const std::string& what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string new_mark() {
  static std::atomic<int> counter = 0;
  return std::to_string(::getpid()) + "-" + std::to_string(++counter);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : added) result.push_back(name + "=" + value);
  return result;
}

pid_t spawn(const Command& command, int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!command.directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.directory.c_str());
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> variables = environment_with(command.env);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, arguments.at(0).c_str(), &actions, &attributes, pointers(arguments).data(),
                                   pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  check(error, "starting " + command.argv[0]);
  return pid;
}

/// Calls `visit` with the number and the folder of each process. Those that have ended but were not reaped are among
/// them.
template <class Visit>
void for_each_process(Visit visit) {
  std::error_code ended;  // processes come and go under the loop
  for (const auto& directory : std::filesystem::directory_iterator("/proc", ended)) {
    const std::string name = directory.path().filename().string();
    if (name.find_first_not_of("0123456789") == std::string::npos) visit(std::stoi(name), directory.path());
  }
}

/// Empty where the process has ended; and for a moment, in which it is looked at again, while execve replaces its
/// memory.
std::string environment_of(const std::filesystem::path& folder) {
  std::string result = contents(folder / "environ");
  std::error_code has_no_memory;
  for (int look = 0; look < 20 && result.empty(); ++look) {
    (void)std::filesystem::read_symlink(folder / "exe", has_no_memory);
    if (has_no_memory) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    result = contents(folder / "environ");
  }
  return result;
}

std::string mark_entry(const std::string& mark) { return std::string(mark_name) + "=" + mark; }

/// The loop: a process that is just starting another may be faster than one look.
void kill_marked(const std::string& mark) {
  const bool all_ended = wait_until(
      [&] {
        const auto pids = processes_with(mark_entry(mark));
        for (pid_t pid : pids) ::kill(pid, SIGKILL);
        return pids.empty();
      },
      std::chrono::seconds(10));
  if (!all_ended) std::fprintf(stderr, "processes of the test would not end\n");
}

}  // namespace

struct Process::State {
  Command command;
  std::string mark = new_mark();
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + command.limit;
  pid_t pid = -1;
  Descriptor pidfd;
  Descriptor out_fd;
  Descriptor err_fd;
  Descriptor wake{::eventfd(0, EFD_CLOEXEC)};

  mutable std::mutex mutex;  // guards the rest
  std::condition_variable ended_changed;
  Descriptor in_fd;
  std::string unwritten;
  std::size_t written = 0;  // of it; removed at the end, since inputs may be large
  bool close_when_written = false;
  bool ended = false;
  bool abandoned = false;
  Outcome outcome;

  std::thread pump_thread;

  explicit State(Command c) : command(std::move(c)) {
    command.env[mark_name] = mark;
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    Pipe err = make_pipe();
    pid = spawn(command, in.read_end.get(), out.write_end.get(), err.write_end.get());
    pidfd = Descriptor(::pidfd_open(pid, 0));
    check(pidfd.get() >= 0 ? 0 : errno, "pidfd_open");
    in_fd = std::move(in.write_end);
    out_fd = std::move(out.read_end);
    err_fd = std::move(err.read_end);
    for (int fd : {in_fd.get(), out_fd.get(), err_fd.get()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
    unwritten = command.input;
    close_when_written = !command.keep_input_open;
    pump_thread = std::thread([this] { pump(); });
  }

  void poke() const {
    const std::uint64_t one = 1;
    if (::write(wake.get(), &one, sizeof one) < 0) std::abort();  // an eventfd takes it, always
  }

  void pump() {
    sigset_t broken_pipe;  // its input may be gone while we write
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    for (;;) {
      std::array<pollfd, 5> fds{{{pidfd.get(), POLLIN, 0},
                                 {wake.get(), POLLIN, 0},
                                 {out_fd.get(), POLLIN, 0},
                                 {err_fd.get(), POLLIN, 0},
                                 {-1, POLLOUT, 0}}};
      {
        std::lock_guard lock(mutex);
        if (abandoned) return;
        if (unwritten.empty() && close_when_written) in_fd.close();
        if (!unwritten.empty()) fds[4].fd = in_fd.get();
      }
      if (::poll(fds.data(), fds.size(), -1) < 0) continue;
      if (fds[1].revents != 0) {
        std::uint64_t count = 0;
        if (::read(wake.get(), &count, sizeof count) < 0) continue;
      }
      if (fds[4].revents != 0) write_some();
      read_all(out_fd, outcome.out);
      read_all(err_fd, outcome.err);
      if (fds[0].revents != 0 && reap()) return;
    }
  }

  void write_some() {
    std::lock_guard lock(mutex);
    const auto count = ::write(in_fd.get(), unwritten.data() + written, unwritten.size() - written);
    if (count > 0) written += static_cast<std::size_t>(count);
    const bool is_unread = count < 0 && errno != EAGAIN;  // and never will be
    if (is_unread) in_fd.close();
    if (!is_unread && written < unwritten.size()) return;
    unwritten.clear();
    written = 0;
  }

  void read_all(Descriptor& from, std::string& into) {
    std::array<char, 65536> buffer;
    while (from.get() >= 0) {
      const auto count = ::read(from.get(), buffer.data(), buffer.size());
      if (count < 0) return;
      if (count == 0) return from.close();
      std::lock_guard lock(mutex);
      into.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  bool reap() {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) != pid) return false;
    read_all(out_fd, outcome.out);  // what it wrote between the last look and its end
    read_all(err_fd, outcome.err);
    std::lock_guard lock(mutex);
    if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    ended = true;
    ended_changed.notify_all();
    return true;
  }

  ~State() {
    kill_marked(mark);
    {
      std::unique_lock lock(mutex);
      ended_changed.wait_for(lock, std::chrono::seconds(10), [&] { return ended; });
      abandoned = true;
    }
    poke();
    pump_thread.join();
  }
};

Process::Process(Command command) : state_(std::make_unique<State>(std::move(command))) {}
Process::~Process() = default;
Process::Process(Process&&) noexcept = default;

pid_t Process::pid() const { return state_->pid; }

void Process::signal(int number) {
  std::lock_guard lock(state_->mutex);
  if (!state_->ended) ::pidfd_send_signal(state_->pidfd.get(), number, nullptr, 0);
}

void Process::write(const std::string& text) {
  {
    std::lock_guard lock(state_->mutex);
    state_->unwritten += text;
  }
  state_->poke();
}

void Process::close_input() {
  {
    std::lock_guard lock(state_->mutex);
    state_->close_when_written = true;
  }
  state_->poke();
}

std::string Process::out() const {
  std::lock_guard lock(state_->mutex);
  return state_->outcome.out;
}

std::string Process::err() const {
  std::lock_guard lock(state_->mutex);
  return state_->outcome.err;
}

bool Process::is_running() const {
  std::lock_guard lock(state_->mutex);
  return !state_->ended;
}

Outcome Process::wait() {
  std::unique_lock lock(state_->mutex);
  const auto has_ended = [&] { return state_->ended; };
  if (!state_->ended_changed.wait_until(lock, state_->deadline, has_ended)) {
    state_->outcome.timed_out = true;
    lock.unlock();
    kill_marked(state_->mark);
    lock.lock();
    state_->ended_changed.wait(lock, has_ended);
  }
  return state_->outcome;
}

std::vector<pid_t> Process::family() const { return processes_with(mark_entry(state_->mark)); }

Outcome run(Command command) { return Process(std::move(command)).wait(); }

std::string command_line(pid_t pid) {
  std::string result = contents("/proc/" + std::to_string(pid) + "/cmdline");
  for (char& c : result) {
    if (c == '\0') c = ' ';
  }
  if (!result.empty()) result.pop_back();
  return result;
}

std::ostream& operator<<(std::ostream& stream, const Outcome& outcome) {
  stream << "status " << outcome.status << ", signal " << outcome.signal;
  if (outcome.timed_out) stream << ", killed after its time limit";
  return stream << "\n--- standard output\n" << outcome.out << "\n--- standard error\n" << outcome.err << "\n---";
}

bool has_program(const std::string& path) {
  const bool found = ::access(path.c_str(), X_OK) == 0;
  if (!found) std::printf("%s is not installed: skipped\n", path.c_str());
  return found;
}

std::vector<pid_t> processes_with(const std::string& entry) {
  std::vector<pid_t> result;
  for_each_process([&](pid_t pid, const std::filesystem::path& folder) {
    const auto environment = '\0' + environment_of(folder);
    if (environment.find('\0' + entry + '\0') != std::string::npos) result.push_back(pid);
  });
  return result;
}

std::vector<pid_t> processes_below(pid_t ancestor) {
  std::multimap<pid_t, pid_t> children;
  for_each_process([&](pid_t pid, const std::filesystem::path& folder) {
    const auto stat = contents(folder / "stat");
    const auto name_end = stat.rfind(')');  // a name may hold anything, even brackets
    char state = 'Z';
    pid_t parent = 0;
    if (name_end == std::string::npos || std::sscanf(stat.c_str() + name_end, ") %c %d", &state, &parent) != 2) return;
    if (state != 'Z') children.emplace(parent, pid);
  });
  std::vector<pid_t> result{ancestor};
  for (std::size_t next = 0; next < result.size(); ++next) {
    const auto [begin, end] = children.equal_range(result[next]);
    for (auto child = begin; child != end; ++child) result.push_back(child->second);
  }
  result.erase(result.begin());
  return result;
}

}  // namespace scoop::test

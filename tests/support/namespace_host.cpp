// The inside of NamespaceHosts: makes the namespaces of a host and runs commands in them.
//
//   try                               says why this machine allows none, or ends with 0
//   switch                            the network between the hosts; lives until it is killed, as does `boot`
//   boot SWITCH NAME BED [WORD DIR]   a host; WORD: show, hide, or bare with a list of the files that it has
//   net SWITCH PID COMMAND            the command in the network of a process, with the machine's files
//   enter SWITCH PID COMMAND          the command in the host of a process
//
// For an ordinary user, the switch's user namespace makes all this possible. In it the user is root; within a host
// there is another one in which the user is himself again, as sshd separates privileges if it is root.
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

void check(bool is_good, const std::string& what) {
  if (!is_good) fail(what);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  check(file.good(), path);
}

void die_with_parent() { check(::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl"); }

// Namespaces

struct User {
  uid_t uid = ::getuid();
  gid_t gid = ::getgid();
};

/// A user namespace in which `outer` is called `inner`.
void become(const User& inner, const User& outer) {
  check(::unshare(CLONE_NEWUSER) == 0, "no user namespaces for this user");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", std::to_string(inner.uid) + " " + std::to_string(outer.uid) + " 1");
  write_file("/proc/self/gid_map", std::to_string(inner.gid) + " " + std::to_string(outer.gid) + " 1");
}

class Namespace {
 public:
  Namespace(const std::string& pid, const std::string& kind) : path_("/proc/" + pid + "/ns/" + kind) {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat own {};
    struct stat other {};
    check(::stat(("/proc/self/ns/" + kind).c_str(), &own) == 0 && ::fstat(fd_, &other) == 0, path_);
    is_own_ = own.st_ino == other.st_ino;
  }
  /// The one that one is in already is refused for users, so it is left out.
  void join() const {
    if (!is_own_) check(::setns(fd_, 0) == 0, path_);
  }

 private:
  std::string path_;
  int fd_ = -1;
  bool is_own_ = false;
};

void be_root_of_switch(const std::string& pid) { Namespace(pid, "user").join(); }

void unshare_host() {
  check(::unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID) == 0, "no namespaces");
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "private mounts");
}

// Files

struct HostOptions {
  std::string name;
  std::string bed;
  std::vector<std::string> show;
  std::vector<std::string> hide;
  std::string bare;
};

/// A copy of the mounts below a path, which outlives what is mounted over it.
int grab(const std::string& path) {
  const int fd = ::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  check(fd >= 0, "open_tree " + path);
  return fd;
}

void attach(int tree, const std::string& path) {
  check(::move_mount(tree, "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0, "move_mount " + path);
  ::close(tree);
}

void attach_file(const std::string& source, const std::string& path) {
  const int tree = grab(source);
  const int target = ::open(path.c_str(), O_CREAT | O_CLOEXEC, 0644);
  if (target >= 0) ::close(target);  // else it is there, in a read-only folder
  attach(tree, path);
}

void mount_empty(const std::string& path, const char* mode) {
  std::error_code is_there;
  fs::create_directories(path, is_there);
  check(::mount("empty", path.c_str(), "tmpfs", 0, mode) == 0, "tmpfs on " + path);
}

/// The machine's files, which the host cannot change.
void mount_machine(const std::string& root) {
  attach(grab("/"), root);
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  check(::mount_setattr(AT_FDCWD, root.c_str(), AT_RECURSIVE, &read_only, sizeof read_only) == 0, "mount_setattr");
}

/// The listed files, a few devices, and the user.
void make_bare(const std::string& root, const std::string& list) {
  check(::mount("empty", root.c_str(), "tmpfs", 0, "mode=755") == 0, "tmpfs");
  for (const std::string folder : {"bin", "sbin", "lib", "lib64"}) {
    fs::create_directories(root + "/usr/" + folder);
    fs::create_directory_symlink("usr/" + folder, root + "/" + folder);
  }
  for (const std::string folder : {"dev", "etc", "proc", "var"}) fs::create_directories(root + "/" + folder);
  for (const std::string device : {"full", "null", "random", "tty", "urandom", "zero"}) {
    attach_file("/dev/" + device, root + "/dev/" + device);
  }
  std::ifstream files(list);
  for (std::string file; std::getline(files, file);) {
    fs::create_directories(fs::path(root + file).parent_path());
    attach_file(file, root + file);
  }
}

void write_accounts(const User& user) {
  const passwd* entry = ::getpwuid(user.uid);  // before the machine's own are out of sight
  check(entry != nullptr, "an account for this user");
  const auto gid = std::to_string(user.gid);
  const std::string name = entry->pw_name;
  const std::string line = name + ":x:" + std::to_string(user.uid) + ":" + gid + "::" + entry->pw_dir + ":/bin/sh\n";
  write_file("etc/passwd", line + "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n");
  write_file("etc/group", name + ":x:" + gid + ":\nnogroup:x:65534:\n");
}

void enter_root(const std::string& root) {
  check(::chdir(root.c_str()) == 0, root);
  check(::syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");  // the old root lies over the new one
  check(::umount2(".", MNT_DETACH) == 0, "umount");
  check(::chdir("/") == 0, "/");
}

void make_files(const HostOptions& options, const User& user) {
  std::vector<std::pair<std::string, int>> shown{{"/run/bed", grab(options.bed)}};
  for (const auto& folder : options.show) shown.emplace_back(folder, grab(folder));
  const passwd* account = ::getpwuid(user.uid);
  const std::string home = account != nullptr ? account->pw_dir : "/";

  const std::string root = options.bed + "/root";
  if (options.bare.empty()) mount_machine(root);
  if (!options.bare.empty()) make_bare(root, options.bare);
  check(::chdir(root.c_str()) == 0, root);
  if (!options.bare.empty()) write_accounts(user);
  // While the machine's own is still there: the kernel wants to see one that is whole.
  check(::mount("proc", "proc", "proc", 0, nullptr) == 0, "a /proc of its own");
  enter_root(root);

  for (const std::string folder : {"/home", "/opt", "/run", "/usr/local"}) mount_empty(folder, "mode=755");
  for (const std::string folder : {"/dev/shm", "/tmp", "/var/tmp"}) mount_empty(folder, "mode=1777");
  mount_empty("/root", "mode=700");
  for (const auto& folder : {std::string("/run/sshd"), home}) fs::create_directories(folder);
  for (const auto& [folder, tree] : shown) {
    fs::create_directories(folder);
    attach(tree, folder);
  }
  for (const auto& folder : options.hide) {
    if (fs::exists(folder)) mount_empty(folder, "mode=755");
  }
  attach_file("/run/bed/hosts", "/etc/hosts");
}

// Commands

[[noreturn]] void execute(char** argv) {
  ::execvp(argv[0], argv);
  fail(argv[0]);
}

void start_sshd() {
  const pid_t child = ::fork();
  check(child >= 0, "fork");
  if (child > 0) return;
  ::signal(SIGCHLD, SIG_DFL);
  std::string words[] = {"/usr/sbin/sshd", "-D", "-e", "-f", "/run/bed/sshd_config"};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), words[4].data(), nullptr};
  execute(argv);
}

/// Process 1 of a host.
[[noreturn]] void be_host(const HostOptions& options, const User& user) {
  die_with_parent();
  check(::sethostname(options.name.c_str(), options.name.size()) == 0, "sethostname");
  make_files(options, user);
  if (user.uid != 0) {
    write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "22");
    become(user, {0, 0});
    die_with_parent();  // which the change of the user undoes
  }
  ::signal(SIGCHLD, SIG_IGN);  // orphans go without being waited for
  start_sshd();
  for (;;) ::pause();
}

int boot(int argc, char** argv) {
  const User user;
  HostOptions options{argv[3], argv[4], {}, {}, {}};
  for (int i = 5; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    if (word == "show") options.show.emplace_back(argv[i + 1]);
    if (word == "hide") options.hide.emplace_back(argv[i + 1]);
    if (word == "bare") options.bare = argv[i + 1];
  }
  be_root_of_switch(argv[2]);
  unshare_host();
  die_with_parent();
  const pid_t init = ::fork();
  check(init >= 0, "fork");
  if (init == 0) be_host(options, user);
  std::printf("%d\n", init);
  std::fflush(stdout);
  check(::waitpid(init, nullptr, 0) == init, "waitpid");
  return 0;
}

int be_switch() {
  if (::geteuid() != 0) become({0, 0}, {});
  check(::unshare(CLONE_NEWNET) == 0, "no network namespaces");
  die_with_parent();
  std::puts("up");
  std::fflush(stdout);
  for (;;) ::pause();
}

int try_namespaces() {
  if (::geteuid() != 0) become({0, 0}, {});
  unshare_host();
  const pid_t init = ::fork();
  check(init >= 0, "fork");
  if (init == 0) {
    check(::mount("proc", "/proc", "proc", 0, nullptr) == 0, "a /proc of its own");
    ::_exit(0);
  }
  int status = 0;
  check(::waitpid(init, &status, 0) == init, "waitpid");
  return status == 0 ? 0 : 1;
}

int run_in_network(char** argv) {
  const Namespace network(argv[3], "net");
  be_root_of_switch(argv[2]);
  network.join();
  execute(argv + 4);
}

pid_t entered = -1;

/// Starts the command; from now on signals go to it.
void start_inside(char** command) {
  sigset_t all;
  sigset_t usual;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &usual);  // those that come before there is anybody to pass them on to
  entered = ::fork();
  check(entered >= 0, "fork");
  if (entered == 0) {
    die_with_parent();
    ::setpgid(0, 0);  // else a signal to the group would come twice
    check(::chdir(::getenv("HOME")) == 0, "home");
    ::sigprocmask(SIG_SETMASK, &usual, nullptr);
    execute(command);
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
    ::signal(number, [](int signal) { ::kill(entered, signal); });
  }
  ::sigprocmask(SIG_SETMASK, &usual, nullptr);
}

/// What the command ended by is passed on as one's own end.
int run_in_host(char** argv) {
  std::vector<Namespace> all;
  for (const std::string kind : {"net", "uts", "ipc", "pid", "mnt", "user"}) all.emplace_back(argv[3], kind);
  be_root_of_switch(argv[2]);
  for (const auto& one : all) one.join();
  for (const char* name : {"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "SSH_AUTH_SOCK"}) {
    ::unsetenv(name);
  }
  start_inside(argv + 4);
  int status = 0;
  while (::waitpid(entered, &status, 0) != entered) check(errno == EINTR, "waitpid");
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  ::signal(WTERMSIG(status), SIG_DFL);
  return ::raise(WTERMSIG(status));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "try") return try_namespaces();
  if (verb == "switch") return be_switch();
  if (verb == "boot" && argc > 4) return boot(argc, argv);
  if (verb == "net" && argc > 4) return run_in_network(argv);
  if (verb == "enter" && argc > 4) return run_in_host(argv);
  std::fprintf(stderr, "see the head of namespace_host.cpp\n");
  return 2;
}

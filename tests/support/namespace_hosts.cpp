#include "support/namespace_hosts.hpp"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/contents.hpp"
#include "support/ssh_keys.hpp"
#include "support/wait_until.hpp"

namespace fs = std::filesystem;

namespace scoop::test {
namespace {

constexpr const char* ip_program = "/usr/sbin/ip";
constexpr const char* nft_program = "/usr/sbin/nft";

std::string words_of(const Command& command, const Outcome& outcome) {
  std::ostringstream text;
  for (const auto& word : command.argv) text << word << ' ';
  text << outcome;
  return text.str();
}

Outcome run_well(const Command& command) {
  auto outcome = run(command);
  if (outcome.status != 0) throw std::runtime_error(words_of(command, outcome));
  return outcome;
}

int number_of(const std::string& host) { return std::stoi(host.substr(1)); }

std::string home_of_user() {
  const passwd* account = ::getpwuid(::getuid());
  if (account == nullptr) throw std::runtime_error("this user has no account");
  return account->pw_dir;
}

std::string port_of(const std::string& host) { return "port-" + host; }

/// What a bare host has, with all libraries that these need and the whole C library.
std::set<std::string> bare_files() {
  std::set<std::string> programs{sshd_program, "/usr/bin/sh", "/usr/bin/tar", "/usr/bin/gzip"};
  for (const std::string name :
       {"[",      "basename", "cat",       "chmod", "cp",    "cut",   "date",   "dd",   "df",       "dirname",
        "du",     "echo",     "env",       "expr",  "false", "head",  "id",     "ln",   "ls",       "mkdir",
        "mktemp", "mv",       "nice",      "nohup", "nproc", "od",    "printf", "pwd",  "readlink", "realpath",
        "rm",     "rmdir",    "sha256sum", "sleep", "sort",  "stat",  "stty",   "sync", "tail",     "tee",
        "test",   "timeout",  "touch",     "tr",    "true",  "uname", "uniq",   "wc",   "whoami"}) {
    programs.insert("/usr/bin/" + name);
  }
  Command ldd{.argv = {"ldd"}};
  ldd.argv.insert(ldd.argv.end(), programs.begin(), programs.end());
  std::istringstream lines(run_well(ldd).out);
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find(" => /") != std::string::npos ? line.find(" => /") + 4 : line.find("\t/") + 1;
    const auto end = line.find(" (0x");
    if (begin != 0 && end != std::string::npos) programs.insert(line.substr(begin, end - begin));
  }
  // The C library comes as a whole on every host, though these programs need only a part.
  const auto c_library = std::ranges::find_if(programs, [](const auto& file) { return file.ends_with("/libc.so.6"); });
  const auto folder = fs::path(*c_library).parent_path();
  for (const std::string part : {"libdl.so.2", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1"}) {
    programs.insert(folder / part);
  }
  return programs;
}

/// As ps shows it; Z for one that has ended.
char state_of(pid_t pid) {
  const auto stat = contents("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = stat.rfind(") ");
  return name_end == std::string::npos ? 'Z' : stat[name_end + 2];
}

}  // namespace

class NamespaceHosts::Host {
 public:
  Host(std::string name, std::vector<std::string> argv) : name_(std::move(name)), boot_({.argv = std::move(argv)}) {}
  ~Host() { crash(); }

  const std::string& name() const { return name_; }
  std::string log() const { return boot_.err(); }
  pid_t pid() const { return init_; }

  void wait_for_sshd() {
    const bool came = wait_until([this] {
      const bool listens = log().find("Server listening on ::") != std::string::npos;
      // Two processes say the two, so either may be first.
      return (listens && boot_.out().ends_with('\n')) || !boot_.is_running();
    });
    if (!came || !boot_.is_running()) throw std::runtime_error(name_ + " does not start: " + log());
    init_ = std::stoi(boot_.out());
  }

  void crash() {
    if (init_ > 0)
      ::kill(std::exchange(init_, -1), SIGKILL);  // ends all others, and then the one that waits for it
    else
      boot_.signal(SIGKILL);
    boot_.wait();
  }

  /// Process 1, sshd's and all others.
  std::vector<pid_t> all_processes() const {
    std::vector<pid_t> result;
    std::error_code ended;
    const auto own = fs::read_symlink("/proc/" + std::to_string(init_) + "/ns/pid", ended);
    if (ended) return result;
    for (const auto& entry : fs::directory_iterator("/proc", ended)) {
      const std::string name = entry.path().filename().string();
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      const auto other = fs::read_symlink(entry.path() / "ns/pid", ended);
      if (!ended && other == own && state_of(std::stoi(name)) != 'Z') result.push_back(std::stoi(name));
    }
    return result;
  }

 private:
  std::string name_;
  Process boot_;
  pid_t init_ = -1;
};

bool NamespaceHosts::are_possible() {
  if (!has_sshd() || !has_program(ip_program)) return false;
  const auto outcome = run({.argv = {SCOOP_NAMESPACE_HOST, "try"}});
  if (outcome.status != 0) std::printf("this machine allows no namespaces: skipped; %s", outcome.err.c_str());
  return outcome.status == 0;
}

bool NamespaceHosts::can_drop() { return has_program(nft_program); }

NamespaceHosts::NamespaceHosts(const NamespaceSettings& settings) : settings_(settings) {
  write_bed();
  switch_ = std::make_unique<Process>(Command{.argv = {SCOOP_NAMESPACE_HOST, "switch"}});
  const bool is_up = wait_until([this] { return !switch_->out().empty() || !switch_->is_running(); });
  if (!is_up || !switch_->is_running()) throw std::runtime_error("switch: " + switch_->err());

  for (int number = 0; number <= settings.hosts; ++number) {
    const auto name = "h" + std::to_string(number);
    std::vector<std::string> argv{SCOOP_NAMESPACE_HOST, "boot", switch_pid(), name, bed_.path().string()};
    for (const std::string folder : {SCOOP_SOURCE_DIR, SCOOP_BINARY_DIR}) {
      argv.insert(argv.end(), {number == 0 ? "show" : "hide", folder});
    }
    for (const auto& folder : settings.shared) argv.insert(argv.end(), {"show", folder.string()});
    if (settings.are_bare && number > 0) argv.insert(argv.end(), {"bare", bed_ / "bare_files"});
    hosts_.push_back(std::make_unique<Host>(name, argv));
  }
  for (const auto& host : hosts_) host->wait_for_sshd();
  connect();
}

NamespaceHosts::~NamespaceHosts() {
  hosts_.clear();
  if (!switch_) return;
  switch_->signal(SIGKILL);
  switch_->wait();
}

/// What all hosts see as /run/bed.
void NamespaceHosts::write_bed() const {
  const auto& keys = ssh_keys();
  fs::create_directory(bed_ / "root");
  fs::copy_file(keys.host, bed_ / "host");
  fs::copy_file(keys.client, bed_ / "client");
  fs::copy_file(keys.client + ".pub", bed_ / "client.pub");
  if (settings_.are_bare) {
    std::ofstream list(bed_ / "bare_files");
    for (const auto& file : bare_files()) list << file << '\n';
  }

  std::ofstream hosts(bed_ / "hosts");
  std::ofstream known(bed_ / "known_hosts");
  hosts << "127.0.0.1 localhost\n::1 localhost\n";
  for (int number = 0; number <= settings_.hosts; ++number) {
    const auto name = "h" + std::to_string(number);
    hosts << address(name) << ' ' << name << '\n';
    known << known_host(name + "," + address(name) + "," + address6(name), keys.host);
  }
  std::ofstream(bed_ / "sshd_config")
      << "HostKey /run/bed/host\nAuthorizedKeysFile /run/bed/client.pub\nMaxStartups 1000\nPidFile none\nUsePAM no\n"
         "PasswordAuthentication no\nKbdInteractiveAuthentication no\nStrictModes no\n";
  std::ofstream(bed_ / "ssh_config") << "IdentityFile /run/bed/client\nIdentitiesOnly yes\nIdentityAgent "
                                        "none\nUserKnownHostsFile /run/bed/known_hosts\n"
                                        "GlobalKnownHostsFile /dev/null\nStrictHostKeyChecking yes\n";
  std::ofstream(bed_ / "ssh") << "#!/bin/sh\nexec /usr/bin/ssh -F /run/bed/ssh_config \"$@\"\n";
  ::chmod((bed_ / "ssh").c_str(), 0755);
}

void NamespaceHosts::connect() {
  std::string links = "link add bridge type bridge\nlink set bridge up\n";
  for (const auto& host : hosts_) {
    const auto port = port_of(host->name());
    links += "link add " + port + " type veth peer name eth0 netns " + std::to_string(host->pid()) + "\nlink set " +
             port + " master bridge up\n";
  }
  run_in_network(switch_pid(), {ip_program, "-batch", "-"}, links);
  for (const auto& host : hosts_) {
    const auto name = host->name();
    run_in_network(std::to_string(host->pid()), {ip_program, "-batch", "-"},
                   "link set lo up\naddress add " + address(name) + "/24 dev eth0\naddress add " + address6(name) +
                       "/64 dev eth0 nodad\nlink set eth0 up\n");
  }
}

std::string NamespaceHosts::switch_pid() const { return std::to_string(switch_->pid()); }

void NamespaceHosts::run_in_network(const std::string& pid, std::vector<std::string> argv,
                                    const std::string& input) const {
  argv.insert(argv.begin(), {SCOOP_NAMESPACE_HOST, "net", switch_pid(), pid});
  static_cast<void>(run_well({.argv = std::move(argv), .input = input}));
}

NamespaceHosts::Host& NamespaceHosts::at(const std::string& name) const {
  return *hosts_.at(static_cast<std::size_t>(number_of(name)));
}

Command NamespaceHosts::on(const std::string& host, std::vector<std::string> argv) const {
  argv.insert(argv.begin(), {SCOOP_NAMESPACE_HOST, "enter", switch_pid(), std::to_string(at(host).pid())});
  return {.argv = std::move(argv),
          .env = {{"HOME", home_of_user()},
                  {"PATH", "/run/bed:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                  {"TMPDIR", "/tmp"}}};
}

std::string NamespaceHosts::address(const std::string& host) {
  return "192.0.2." + std::to_string(10 + number_of(host));
}
std::string NamespaceHosts::address6(const std::string& host) {
  return "2001:db8::" + std::to_string(10 + number_of(host));
}

fs::path NamespaceHosts::root(const std::string& host) const {
  return "/proc/" + std::to_string(at(host).pid()) + "/root";
}

std::vector<pid_t> NamespaceHosts::processes(const std::string& host) const {
  auto pids = at(host).all_processes();
  std::erase_if(pids, [&](pid_t pid) {
    const auto line = command_line(pid);
    return pid == at(host).pid() || line.starts_with("sshd: ") || line.starts_with(sshd_program);
  });
  return pids;
}

std::string NamespaceHosts::log(const std::string& host) const { return at(host).log(); }

void NamespaceHosts::crash(const std::string& host) {
  cut(host);
  at(host).crash();
}

void NamespaceHosts::freeze(const std::string& host) {
  const bool all_stopped = wait_until([&] {
    bool is_still = true;  // no new one was started since the last look
    for (const pid_t pid : at(host).all_processes()) {
      if (state_of(pid) == 'T') continue;
      ::kill(pid, SIGSTOP);
      is_still = false;
    }
    return is_still;
  });
  if (!all_stopped) throw std::runtime_error(host + " does not freeze");
}

void NamespaceHosts::thaw(const std::string& host) {
  for (const pid_t pid : at(host).all_processes()) ::kill(pid, SIGCONT);
}

void NamespaceHosts::cut(const std::string& host) {
  run_in_network(switch_pid(), {ip_program, "link", "set", port_of(host), "nomaster"}, "");
}

void NamespaceHosts::heal(const std::string& host) {
  run_in_network(switch_pid(), {ip_program, "link", "set", port_of(host), "master", "bridge"}, "");
}

void NamespaceHosts::drop(const std::string& from, const std::string& to) {
  run_in_network(std::to_string(at(to).pid()), {nft_program, "-f", "-"},
                 "add table inet bed\nadd chain inet bed in { type filter hook input priority 0; }\n"
                 "add rule inet bed in ip saddr " +
                     address(from) +
                     " drop\n"
                     "add rule inet bed in ip6 saddr " +
                     address6(from) + " drop\n");
}

}  // namespace scoop::test

#include "support/ssh_hosts.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>
#include <random>
#include <stdexcept>
#include <system_error>

#include "common/base/unique_fd.hpp"
#include "support/process.hpp"
#include "support/ssh_keys.hpp"
#include "support/wait_until.hpp"

namespace scoop::test {
namespace {

void check(bool is_good, const char* what) {
  if (!is_good) throw std::system_error(errno, std::generic_category(), what);
}

/// An address and a port of the loopback that stay ours: the socket is bound and does not listen, which leaves sshd,
/// and nobody else, free to.
class Place {
 public:
  Place() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::random_device random;
    std::uniform_int_distribution<std::uint32_t> below_127(0x7f010001, 0x7ffefffe);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(below_127(random));
    const int yes = 1;
    check(::setsockopt(fd_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0, "setsockopt");
    check(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_) == 0, "bind");
    socklen_t size = sizeof address_;
    check(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address_), &size) == 0, "getsockname");
  }

  std::string address() const {
    char text[INET_ADDRSTRLEN] = "";
    return ::inet_ntop(AF_INET, &address_.sin_addr, text, sizeof text);
  }
  std::uint16_t port() const { return ntohs(address_.sin_port); }

  /// The kernel takes connections; nobody speaks.
  void be_silent() { check(::listen(fd_.get(), SOMAXCONN) == 0, "listen"); }

 private:
  UniqueFd fd_;
  sockaddr_in address_{};
};

void write_program(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  check(::chmod(path.c_str(), 0700) == 0, path.c_str());
}

std::vector<pid_t> connections_of(pid_t sshd) {
  auto pids = processes_below(sshd);
  std::erase_if(pids, [](pid_t pid) { return !command_line(pid).starts_with("sshd:"); });
  return pids;
}

/// Kills what `list` gives until it gives nothing.
template <class List>
void kill_all(List list) {
  const bool all_ended = wait_until([&] {
    const std::vector<pid_t> pids = list();
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    return pids.empty();
  });
  if (!all_ended) std::fprintf(stderr, "processes of the hosts would not end\n");
}

}  // namespace

class SshHosts::Host {
 public:
  Host(SshHost host, const std::filesystem::path& home) : host_(std::move(host)), home_(home) {
    std::filesystem::create_directories(home_ / "run");
    if (host_.kind == SshHostKind::silent) place_.be_silent();
    if (host_.kind != SshHostKind::silent && host_.kind != SshHostKind::deaf) start_sshd();
  }
  ~Host() {
    stop_sshd();
    kill_all([this] { return processes(); });
  }

  const Place& place() const { return place_; }
  std::vector<pid_t> processes() const { return processes_with(mark()); }
  std::string log() const { return sshd_ ? sshd_->err() : ""; }

  std::string client_settings() const {
    return "Host " + host_.name + "\n  HostName " + place_.address() + "\n  Port " + std::to_string(place_.port()) +
           "\n";
  }
  std::string known_host_line() const {
    if (host_.kind == SshHostKind::key_unknown) return "";
    const auto& keys = ssh_keys();
    return known_host("[" + place_.address() + "]:" + std::to_string(place_.port()),
                      host_.kind == SshHostKind::key_changed ? keys.stranger : keys.host);
  }

  void break_connections() {
    if (sshd_) kill_all([this] { return connections_of(sshd_->pid()); });
  }
  void stop_sshd() {
    if (!sshd_) return;
    sshd_->signal(SIGSTOP);  // so that it takes no connection while the others end
    break_connections();
    sshd_->signal(SIGKILL);
    sshd_->wait();
  }

 private:
  std::string mark() const { return "SCOOP_TEST_HOME=" + home_.string(); }
  /// Beside the home, which is the tests'.
  std::string file(const std::string& suffix) const { return home_.string() + "." + suffix; }

  void start_sshd() {
    if (::geteuid() == 0) ::mkdir("/run/sshd", 0755);  // made at boot where the machine's own sshd starts
    write_program(file("shell"), shell_script());
    std::ofstream(file("config")) << config();
    // sshd leaves nothing of its environment to be found by, so it must end with this thread by itself.
    sshd_.emplace(Command{.argv = {"setpriv", "--pdeathsig", "KILL", sshd_program, "-D", "-e", "-f", file("config")}});
    const bool is_up =
        wait_until([this] { return log().find("Server listening on") != std::string::npos || !sshd_->is_running(); });
    if (!is_up || !sshd_->is_running()) throw std::runtime_error(host_.name + ": sshd does not start: " + log());
  }

  std::string shell_script() const {
    std::string script = "#!/bin/sh\ncd\n";
    if (host_.kind == SshHostKind::noisy) script += "echo 'Welcome to our cluster!'\necho 'Quota: 93 %' >&2\n";
    if (host_.kind == SshHostKind::slow) script += "sleep 1\n";
    return script + "exec " + host_.shell + " -c \"$SSH_ORIGINAL_COMMAND\"\n";
  }

  std::string config() const {
    const auto& keys = ssh_keys();
    const auto& client = host_.kind == SshHostKind::key_refused ? keys.stranger : keys.client;
    const std::string logins = host_.kind == SshHostKind::crowded ? "1" : "1000";
    return "ListenAddress " + place_.address() + ":" + std::to_string(place_.port()) + "\nHostKey " + keys.host +
           "\nAuthorizedKeysFile " + client + ".pub\nMaxStartups " + logins + "\nForceCommand exec " + file("shell") +
           "\nSetEnv HOME=" + home_.string() + " SCOOP_RUNTIME_DIR=" + (home_ / "run").string() +
           " SCOOP_TEST_HOST=" + host_.name + " " + mark() +
           "\nPidFile none\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
           "StrictModes no\n";  // it dislikes keys below a folder that everybody can write, as /tmp
  }

  SshHost host_;
  std::filesystem::path home_;
  Place place_;
  std::optional<Process> sshd_;
};

SshHosts::SshHosts(const std::vector<SshHost>& hosts) {
  for (const auto& host : hosts) hosts_[host.name] = std::make_unique<Host>(host, home(host.name));
  write_client_files();
}

SshHosts::~SshHosts() = default;

void SshHosts::write_client_files() const {
  std::ofstream known(folder_ / "known_hosts");
  std::ofstream config(folder_ / "ssh_config");
  for (const auto& [name, host] : hosts_) {
    known << host->known_host_line();
    config << host->client_settings();
  }
  config << "Host *\n  IdentityFile " << ssh_keys().client << "\n  IdentitiesOnly yes\n  IdentityAgent none\n"
         << "  UserKnownHostsFile " << (folder_ / "known_hosts") << "\n  GlobalKnownHostsFile /dev/null\n"
         << "  StrictHostKeyChecking yes\n";
  write_program(ssh(), "#!/bin/sh\nexec /usr/bin/ssh -F '" + (folder_ / "ssh_config") + "' \"$@\"\n");
}

std::string SshHosts::host_file(const std::vector<std::string>& lines) {
  const auto path = folder_ / ("hosts" + std::to_string(++host_files_) + ".txt");
  std::ofstream file(path);
  for (const auto& line : lines) file << line << '\n';
  return path;
}

SshHosts::Host& SshHosts::at(const std::string& name) const { return *hosts_.at(name); }

std::string SshHosts::address(const std::string& host) const { return at(host).place().address(); }
std::uint16_t SshHosts::port(const std::string& host) const { return at(host).place().port(); }
std::vector<pid_t> SshHosts::processes(const std::string& host) const { return at(host).processes(); }
std::string SshHosts::log(const std::string& host) const { return at(host).log(); }
void SshHosts::break_connections(const std::string& host) { at(host).break_connections(); }
void SshHosts::stop_sshd(const std::string& host) { at(host).stop_sshd(); }

}  // namespace scoop::test

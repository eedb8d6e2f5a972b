#pragma once
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "launcher/host_file.hpp"
#include "launcher/network.hpp"
#include "launcher/remote_command.hpp"

namespace CLI {
class App;
}

namespace scoop {

/// What the user asked of hosts and of the ways to them.
struct HostOptions {
  std::vector<RequestedHost> hosts;  // empty: this machine alone
  SshSettings ssh;
  NetworkSettings network;
  std::string prefix;                    // of an installation on the hosts; empty: what is missing is sent
  std::string path;                      // working folder there; empty: the launcher's, else home
  std::string prolog;                    // text of a script of sh
  std::vector<std::string> environment;  // "NAME=value"
  bool require_all = false;
  bool check_only = false;
  bool tags_output = false;
  int nice = 0;
};

/// The options as text, and what they mean.
class HostOptionReader {
 public:
  void declare(CLI::App& app);
  /// `own`: this machine's environment, "NAME=value".
  Result<HostOptions> read(const std::vector<std::string>& own) const;

 private:
  std::vector<std::string> hosts_;
  std::vector<std::string> host_files_;
  std::string host_list_;
  std::string ssh_executable_;
  std::string connect_timeout_;
  std::string port_;
  std::string address_;
  std::string interface_;
  std::string prefix_;
  std::string path_;
  std::string prolog_;
  std::string nice_;
  std::vector<std::string> environment_;
  bool insecure_ = false;
  bool require_all_ = false;
  bool check_ = false;
  bool tag_output_ = false;
};

/// SCOOP takes "--host a b program": as many words as there are. What follows --host is joined to one word, up to the
/// next option, "--", or a word with a slash or the ending of a program.
std::vector<std::string> join_host_words(const CLI::App& app, const std::vector<std::string>& words);

/// Names of this machine, for which no ssh is needed.
bool is_this_machine(const RequestedHost& host, const std::string& own_name);

}  // namespace scoop

#pragma once
#include <string>

namespace scoop::test {

/// Where the machine's own sshd is. It starts itself again for each login, so it wants its whole path.
inline constexpr const char* sshd_program = "/usr/sbin/sshd";

/// Whether this machine has ssh, ssh-keygen and sshd; prints what is missing.
bool has_sshd();

/// Key pairs for sshd and its clients, made once a process, removed at its end. Each is a file with the private key,
/// beside it NAME.pub.
struct SshKeys {
  std::string client;
  std::string host;
  std::string stranger;  // nobody's that is known
};
const SshKeys& ssh_keys();

/// A line for known_hosts: `address` as ssh writes it, "[127.0.0.1]:2222".
std::string known_host(const std::string& address, const std::string& key);

}  // namespace scoop::test

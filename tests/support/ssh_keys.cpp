#include "support/ssh_keys.hpp"

#include <stdexcept>

#include "support/contents.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace scoop::test {
namespace {

std::string make_key(const TempDir& folder, const std::string& name) {
  const auto path = folder / name;
  const auto outcome = run({.argv = {"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path}});
  if (outcome.status != 0) throw std::runtime_error("ssh-keygen: " + outcome.err);
  return path;
}

}  // namespace

bool has_sshd() {
  return has_program("/usr/bin/ssh") && has_program("/usr/bin/ssh-keygen") && has_program(sshd_program);
}

const SshKeys& ssh_keys() {
  static const TempDir folder;
  static const SshKeys keys{make_key(folder, "client"), make_key(folder, "host"), make_key(folder, "stranger")};
  return keys;
}

std::string known_host(const std::string& address, const std::string& key) {
  return address + " " + contents(key + ".pub");
}

}  // namespace scoop::test

#pragma once
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "support/temp_dir.hpp"

namespace scoop::test {

/// A false ssh in this folder, which runs its command on this machine; it cannot reach a host named nowhere.
inline std::string local_ssh(const TempDir& folder) {
  const std::string ssh = folder / "ssh";
  std::ofstream(ssh) << "#!/bin/sh\nfor last; do :; done\ncase \"$*\" in *nowhere*)\n"
                        "  echo 'ssh: connect to host nowhere port 22: Connection refused' >&2; exit 255;; esac\n"
                        "SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22' exec sh -c \"$last\"\n";
  ::chmod(ssh.c_str(), 0700);
  return ssh;
}

}  // namespace scoop::test

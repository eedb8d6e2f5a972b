#pragma once
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support/temp_dir.hpp"

namespace scoop::test {

/// An ssh that runs all on this machine. Of the hosts, "closed" lets nobody in, "babbling" writes without end and runs
/// nothing, and "astray" is told an address of the launcher's machine under which nobody can be; all others are good,
/// with homes of their own.
class FalseSsh {
 public:
  FalseSsh() {
    std::ofstream(executable()) << R"(#!/bin/sh
for word; do
  host=$dashes
  dashes=$command
  command=$word
done
SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22'
case $host in
  closed)
    echo 'me@closed: Permission denied (publickey).' >&2
    exit 255 ;;
  babbling) exec yes ;;
  astray) SSH_CONNECTION='224.0.0.1 1 127.0.0.1 22' ;;
esac
HOME=)" << folder_.path().string()
                                << R"(/$host
mkdir -p "$HOME" && cd "$HOME" || exit
export SSH_CONNECTION HOME
unset XDG_CACHE_HOME
exec /bin/sh -c "$command"
)";
    ::chmod(executable().c_str(), 0700);
  }

  std::string executable() const { return folder_ / "ssh"; }
  std::string home(const std::string& host) const { return folder_ / host; }

 private:
  TempDir folder_;
};

}  // namespace scoop::test

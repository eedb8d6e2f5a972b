#pragma once
#include <string>
#include <vector>

#include "support/namespace_hosts.hpp"

namespace scoop::test {

inline Outcome sh(const NamespaceHosts& hosts, const std::string& host, const std::string& script) {
  return run(hosts.on(host, {"sh", "-c", script}));
}

/// How long ssh waits for a host; `briefly` for one that is known not to answer.
enum class SshPatience { usual, briefly };

inline std::vector<std::string> ssh_words(const std::string& to, const std::string& command,
                                          SshPatience patience = SshPatience::usual) {
  const std::string seconds = patience == SshPatience::usual ? "20" : "1";
  return {"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=" + seconds, to, command};
}

inline Outcome ssh(const NamespaceHosts& hosts, const std::string& from, const std::string& to,
                   const std::string& command, SshPatience patience = SshPatience::usual) {
  return run(hosts.on(from, ssh_words(to, command, patience)));
}

inline bool says(const Outcome& outcome, const std::string& words) {
  return outcome.err.find(words) != std::string::npos;
}

}  // namespace scoop::test

#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/base/result.hpp"

namespace scoop {

/// A host as the user named it. What the name means is ssh's business: an alias of its configuration, or an address.
struct RequestedHost {
  std::string name;
  std::string user{};                      // empty: as ssh is configured
  std::optional<std::uint16_t> port{};     // none: likewise
  std::optional<std::uint16_t> workers{};  // none: one a usable core, which the host is asked for

  bool operator==(const RequestedHost&) const = default;
};

/// As users write it, without the workers: "node7", "user@node7:2222", "[::1]:2222".
std::string to_string(const RequestedHost& host);

/// The hosts that the user named, in files and on the command line, in the order of their first mention.
///
/// In a file, one line a host; blanks and tabs between words, # begins a comment, empty lines mean nothing:
///
///     node7                  one worker a usable core
///     node7 4                four workers; also: node7 slots=4
///     user@node7:2222 4      the port of its sshd
///     [2001:db8::7]:2222     an IPv6 address stands in brackets, with or without a port
///     n[01-12,20]:2222 4     n01 to n12 and n20, with four workers each
///
/// In a list, hosts are joined by commas, and a number behind a name counts workers. A port needs brackets around the
/// name:
///
///     a,b:4,user@c           b has four workers
///     [b]:2222               port 2222
///     [b]:2222:4             the same with four workers; [::1]:22:4 for an address
///     n[1-4,7]:2             the comma inside the brackets does not divide
///
/// Repeats: a host is the same if name, user and port are. Its mentions add up; a mention without a number counts as
/// one
///          worker then, as in the files of batch systems, which name a host once a slot.
/// Errors:  where, what was expected, what was given: `hosts.txt:4: ...`, `--hosts: ...`. After one, the list is of no
///          use.
class HostList {
 public:
  /// A value of --hosts: a file if there is one of that name, or the value has a slash or ends with ".txt"; else a
  /// list.
  Status add_hosts(const std::string& value);
  /// A value of --hostfile.
  Status add_file(const std::string& path);

  /// `file` and `option` are for messages.
  Status add_file_text(std::string_view text, const std::string& file);
  Status add_list(std::string_view list, const std::string& option);

  const std::vector<RequestedHost>& hosts() const { return hosts_; }

 private:
  struct Target;
  static Result<Target> read_target(std::string_view word);

  Status add_line(std::string_view line);
  Status add_item(std::string_view item);
  Status add_target(const Target& target, std::optional<std::uint16_t> port, std::optional<std::uint16_t> workers);
  Status add(RequestedHost host);

  using Key = std::tuple<std::string, std::string, std::optional<std::uint16_t>>;
  std::vector<RequestedHost> hosts_;
  std::size_t mentions_ = 0;
  std::map<Key, std::size_t> indices_;
};

}  // namespace scoop

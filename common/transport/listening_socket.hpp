#pragma once
#include <cstdint>
#include <string>

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

namespace scoop {

/// Both ends included. 0 to 0: the system chooses.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// What a socket's address says of the way to it.
inline bool is_tcp(const std::string& address) { return address.starts_with("tcp://"); }

/// A bound and listening descriptor that outlives the ROUTER served on it: a socket can be closed and opened again, and
/// a process can be started again, without its address going away.
class ListeningSocket {
 public:
  /// Makes the file of `ipc://PATH`. It must not exist yet: addresses carry an id that is never used again.
  static Result<ListeningSocket> bind_ipc(const std::string& address);
  /// Listens at `where`, see SocketAddress::parse, on the first port of the range that is free.
  static Result<ListeningSocket> bind_tcp(const std::string& where, PortRange ports);
  /// Takes over a descriptor that a parent bound to `address`; whoever bound it also removes its file.
  static Result<ListeningSocket> adopt(UniqueFd fd, std::string address);

  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  ~ListeningSocket();

  int fd() const { return fd_.get(); }
  /// `ipc://PATH`, `tcp://10.0.0.7:5000`, `tcp://[2001:db8::7]:5000`; with the port that was chosen.
  const std::string& address() const { return address_; }

 private:
  ListeningSocket(UniqueFd fd, std::string address, std::string file)
      : fd_(std::move(fd)), address_(std::move(address)), file_(std::move(file)) {}

  UniqueFd fd_;
  std::string address_;
  std::string file_;  // to be removed at the end; empty: not ours
};

}  // namespace scoop

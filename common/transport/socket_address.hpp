#pragma once
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "common/base/result.hpp"

namespace scoop {

/// An IPv4 or IPv6 address with a port.
class SocketAddress {
 public:
  /// `where` is an address in numbers, or an interface of this machine, which stands for its first IPv4 address, else
  /// its first IPv6 address that other hosts can use. The port is 0.
  static Result<SocketAddress> parse(const std::string& where);
  /// Of a socket's own end, and of the other one. Empty where the descriptor has none.
  static SocketAddress local_end(int fd);
  static SocketAddress remote_end(int fd);

  bool empty() const { return size_ == 0; }
  int family() const { return storage_.ss_family; }
  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }

  void set_port(std::uint16_t port);
  /// `10.0.0.7:5000`, `[2001:db8::7]:5000`; empty if it is.
  std::string to_string() const;

 private:
  SocketAddress() = default;
  SocketAddress(const sockaddr* address, socklen_t size);

  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace scoop

#include "common/transport/listening_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "common/transport/socket_address.hpp"

namespace scoop {
namespace {

constexpr std::string_view ipc_scheme = "ipc://";

Failure failure_of(const std::string& address, int error) {
  return Failure{"cannot listen on " + address + ": " + std::strerror(error)};
}

// Non-blocking: while a ROUTER is reopened two listeners may race for one connection, and the loser must not hang.
UniqueFd open_socket(int family) { return UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

/// Nothing, with errno, where it cannot.
UniqueFd listen_at(const SocketAddress& address) {
  UniqueFd fd = open_socket(address.family());
  const int yes = 1;  // what is left of the connections of an earlier run does not keep the port
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd.get(), address.data(), address.size()) != 0 || ::listen(fd.get(), SOMAXCONN) != 0) {
    return {};
  }
  return fd;
}

std::string taken(PortRange ports) {
  if (ports.last == 0) return "no port is free";
  if (ports.first == ports.last) return "port " + std::to_string(ports.first) + " is taken; choose another one";
  return "all ports from " + std::to_string(ports.first) + " to " + std::to_string(ports.last) +
         " are taken; choose others";
}

}  // namespace

Result<ListeningSocket> ListeningSocket::bind_ipc(const std::string& address) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (!address.starts_with(ipc_scheme)) return Failure{"cannot listen on " + address + ": not an ipc:// address"};
  const std::string file = address.substr(ipc_scheme.size());
  if (file.empty() || file.size() >= sizeof name.sun_path) {
    return Failure{"cannot listen on " + address + ": the path must have 1 to " +
                   std::to_string(sizeof name.sun_path - 1) + " bytes; set SCOOP_RUNTIME_DIR to a shorter one"};
  }
  std::memcpy(name.sun_path, file.data(), file.size());

  UniqueFd fd = open_socket(AF_UNIX);
  if (!fd) return failure_of(address, errno);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return failure_of(address, errno);
  ListeningSocket bound(std::move(fd), address, file);
  if (::listen(bound.fd(), SOMAXCONN) != 0) return failure_of(address, errno);
  return bound;
}

Result<ListeningSocket> ListeningSocket::bind_tcp(const std::string& where, PortRange ports) {
  auto address = SocketAddress::parse(where);
  if (!address) return Failure{"cannot listen: " + address.failure().message};
  for (std::uint32_t port = ports.first; port <= ports.last; ++port) {
    address->set_port(static_cast<std::uint16_t>(port));
    if (UniqueFd fd = listen_at(*address)) {
      std::string bound = "tcp://" + SocketAddress::local_end(fd.get()).to_string();
      return ListeningSocket(std::move(fd), std::move(bound), {});
    }
    if (errno == EADDRNOTAVAIL) return Failure{"cannot listen on " + where + ": it is no address of this machine"};
    if (errno != EADDRINUSE) return failure_of(address->to_string(), errno);
  }
  return Failure{"cannot listen on " + where + ": " + taken(ports)};
}

Result<ListeningSocket> ListeningSocket::adopt(UniqueFd fd, std::string address) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0) return failure_of(address, errno);
  if (listens == 0) {
    return Failure{"cannot listen on " + address + ": descriptor " + std::to_string(fd.get()) +
                   " is not a listening socket"};
  }
  if (::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0) return failure_of(address, errno);
  if (::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK) != 0) return failure_of(address, errno);
  return ListeningSocket(std::move(fd), std::move(address), {});
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::move(other.fd_)), address_(std::move(other.address_)), file_(std::exchange(other.file_, {})) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(address_, other.address_);
  std::swap(file_, other.file_);
  return *this;
}

ListeningSocket::~ListeningSocket() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

}  // namespace scoop

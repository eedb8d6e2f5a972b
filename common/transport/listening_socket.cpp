#include "common/transport/listening_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace scoop {
namespace {

constexpr std::string_view ipc_scheme = "ipc://";

Failure failure_of(const std::string& address, int error) {
  return Failure{"cannot listen on " + address + ": " + std::strerror(error)};
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

  // Non-blocking: while a ROUTER is reopened two listeners may race for one connection, and the loser must not hang.
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return failure_of(address, errno);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return failure_of(address, errno);
  ListeningSocket bound(std::move(fd), address, file);
  if (::listen(bound.fd(), SOMAXCONN) != 0) return failure_of(address, errno);
  return bound;
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

#include "common/transport/tcp_trial.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "common/base/unique_fd.hpp"
#include "common/transport/socket_address.hpp"

namespace scoop {
namespace {

constexpr std::string_view tcp_scheme = "tcp://";

Failure failure_of(int error) { return Failure{std::strerror(error)}; }

/// Errors: it is none in numbers.
Result<SocketAddress> to_address(std::string_view text) {
  const auto colon = text.rfind(':');
  auto host = std::string(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto address = SocketAddress::parse(host);
  if (address) address->set_port(static_cast<std::uint16_t>(std::stoul(std::string(text.substr(colon + 1)))));
  return address;
}

/// False: it did not within `limit`.
bool becomes_writable(int fd, Duration limit) {
  const auto deadline = Clock::now() + limit;
  for (auto now = Clock::now(); now < deadline; now = Clock::now()) {
    pollfd polled{fd, POLLOUT, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
    if (::poll(&polled, 1, static_cast<int>(left)) > 0) return true;
  }
  return false;
}

}  // namespace

Status try_tcp(const std::string& endpoint, Duration limit) {
  if (!endpoint.starts_with(tcp_scheme)) return success();
  const auto address = to_address(std::string_view(endpoint).substr(tcp_scheme.size()));
  if (!address) return address.failure();
  const UniqueFd fd(::socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return failure_of(errno);
  if (::connect(fd.get(), address->data(), address->size()) == 0) return success();
  if (errno != EINPROGRESS) return failure_of(errno);
  if (!becomes_writable(fd.get(), limit)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit).count();
    return Failure{"nothing answers within " + std::to_string(seconds) + " s"};
  }
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? success() : failure_of(error);
}

}  // namespace scoop

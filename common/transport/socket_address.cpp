#include "common/transport/socket_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <set>

namespace scoop {
namespace {

socklen_t size_of(int family) {
  if (family == AF_INET) return sizeof(sockaddr_in);
  return family == AF_INET6 ? sizeof(sockaddr_in6) : 0;
}

bool is_link_local(const sockaddr& address) {
  return address.sa_family == AF_INET6 &&
         IN6_IS_ADDR_LINKLOCAL(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
}

std::string joined(const std::set<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) : size_(size) {
  std::memcpy(&storage_, address, size);
}

Result<SocketAddress> SocketAddress::parse(const std::string& where) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* parsed = nullptr;
  if (::getaddrinfo(where.c_str(), nullptr, &hints, &parsed) == 0) {
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(parsed, &::freeaddrinfo);
    return SocketAddress(parsed->ai_addr, parsed->ai_addrlen);
  }

  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0)
    return Failure{std::string("cannot list the network interfaces: ") + std::strerror(errno)};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owned(first, &::freeifaddrs);
  const sockaddr* found = nullptr;
  std::set<std::string> names;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    names.insert(entry->ifa_name);
    const sockaddr* address = entry->ifa_addr;
    if (address == nullptr || where != entry->ifa_name) continue;
    if (size_of(address->sa_family) == 0 || is_link_local(*address)) continue;
    if (found == nullptr || (found->sa_family == AF_INET6 && address->sa_family == AF_INET)) found = address;
  }
  if (found != nullptr) return SocketAddress(found, size_of(found->sa_family));
  if (names.contains(where)) return Failure{"the interface " + where + " has no address that other hosts can use"};
  return Failure{"\"" + where + "\" is neither an IP address nor an interface of this machine, which has " +
                 joined(names)};
}

SocketAddress SocketAddress::local_end(int fd) {
  SocketAddress address;
  socklen_t size = sizeof address.storage_;
  auto* data = reinterpret_cast<sockaddr*>(&address.storage_);
  if (::getsockname(fd, data, &size) == 0) address.size_ = size_of(data->sa_family);
  return address;
}

SocketAddress SocketAddress::remote_end(int fd) {
  SocketAddress address;
  socklen_t size = sizeof address.storage_;
  auto* data = reinterpret_cast<sockaddr*>(&address.storage_);
  if (::getpeername(fd, data, &size) == 0) address.size_ = size_of(data->sa_family);
  return address;
}

void SocketAddress::set_port(std::uint16_t port) {
  // At the same place in both.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  reinterpret_cast<sockaddr_in&>(storage_).sin_port = htons(port);
}

std::string SocketAddress::to_string() const {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (empty()) return {};
  if (::getnameinfo(data(), size(), host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return {};
  const bool is_ipv6 = family() == AF_INET6;
  return (is_ipv6 ? "[" : "") + std::string(host) + (is_ipv6 ? "]:" : ":") + port;
}

}  // namespace scoop

#include "common/control/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>

namespace scoop::control {

template <class Variant>
std::string encode(const Variant& message) {
  detail::Writer out;
  detail::encode(out, message);
  return std::string(out.view());
}

template <class Variant>
Result<Variant> decode(std::string_view bytes) {
  try {
    detail::Reader in(bytes);
    Result<Variant> message = detail::decode<Variant>(in);
    if (in.left() != 0) return Failure{"bytes are left behind a control message"};
    return message;
  } catch (const std::exception& error) {
    return Failure{error.what()};
  }
}

#define SCOOP_CONTROL_MESSAGES(Variant)                 \
  template std::string encode<Variant>(const Variant&); \
  template Result<Variant> decode<Variant>(std::string_view)

SCOOP_CONTROL_MESSAGES(ToDaemon);
SCOOP_CONTROL_MESSAGES(FromDaemon);
SCOOP_CONTROL_MESSAGES(ToBroker);
SCOOP_CONTROL_MESSAGES(FromBroker);
SCOOP_CONTROL_MESSAGES(ToWorker);
SCOOP_CONTROL_MESSAGES(FromWorker);
SCOOP_CONTROL_MESSAGES(FromClient);
SCOOP_CONTROL_MESSAGES(ToClient);

#undef SCOOP_CONTROL_MESSAGES

Result<SocketPair> make_socket_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return Failure{"cannot make a control channel: " + std::string(std::strerror(errno))};
  }
  return SocketPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace scoop::control

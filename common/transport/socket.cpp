#include "common/transport/socket.hpp"

#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "common/base/sanitizers.hpp"
#include "common/transport/socket_options.hpp"

namespace scoop {
namespace {

void set_linger_of(zmq::socket_t& socket, Duration linger) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(std::max(linger, Duration::zero()));
  socket.set(zmq::sockopt::linger, static_cast<int>(ms.count()));
}

Sent send_part(zmq::socket_t& socket, zmq::message_t message, zmq::send_flags more) {
  for (;;) {
    if (zmq_msg_send(message.handle(), socket.handle(), static_cast<int>(zmq::send_flags::dontwait | more)) >= 0) {
      return Sent::yes;
    }
    const int error = zmq_errno();
    if (error == EINTR) continue;
    if (error == EAGAIN) return Sent::full;
    if (error == EHOSTUNREACH) return Sent::unreachable;
    throw zmq::error_t();
  }
}

bool receive_part(zmq::socket_t& socket, zmq::message_t& message) {
  for (;;) {
    if (zmq_msg_recv(message.handle(), socket.handle(), ZMQ_DONTWAIT) >= 0) return true;
    const int error = zmq_errno();
    if (error == EINTR) continue;
    if (error == EAGAIN) return false;
    throw zmq::error_t();
  }
}

SharedBytes shared(zmq::message_t message) {
  const auto buffer = std::make_shared<zmq::message_t>(std::move(message));
  return {buffer, {buffer->data<const char>(), buffer->size()}};
}

/// Sent from where the bytes lie; the I/O thread drops its slice when they have left. ThreadSanitizer does not see how
/// it gets there.
zmq::message_t borrowed(const SharedBytes& bytes) {
  auto* slice = new SharedBytes(bytes);
  if (has_thread_sanitizer()) __tsan_release(slice);
  const auto drop = [](void*, void* hint) {
    if (has_thread_sanitizer()) __tsan_acquire(hint);
    delete static_cast<SharedBytes*>(hint);
  };
  return {const_cast<char*>(bytes.data()), bytes.size(), drop, slice};
}

// Our messages have one part or two. Of any others nothing is used; they still count as a frame, an empty one, so that
// whoever reads frames counts and reports them as malformed.
Frame receive_frame(zmq::socket_t& socket, zmq::message_t head) {
  if (!head.more()) return {shared(std::move(head)), {}};
  zmq::message_t body;
  receive_part(socket, body);
  if (!body.more()) return {shared(std::move(head)), shared(std::move(body))};
  while (body.more() && receive_part(socket, body)) {
  }
  return {};
}

Sent send_frame(zmq::socket_t& socket, std::span<const char> head, const SharedBytes& body) {
  zmq::message_t first(head.data(), head.size());
  if (body.empty()) return send_part(socket, std::move(first), zmq::send_flags::none);
  const Sent sent = send_part(socket, std::move(first), zmq::send_flags::sndmore);
  return sent == Sent::yes ? send_part(socket, borrowed(body), zmq::send_flags::none) : sent;
}

}  // namespace

Result<Dealer> Dealer::connect(Context& context, const std::string& address, std::string_view routing_id,
                               const std::optional<RunKeys>& keys, Unconnected unconnected) {
  const UnseenByThreadSanitizer unseen;  // options are strings, which libstdc++ writes here and libzmq's thread reads
  try {
    zmq::socket_t socket(context.get(), zmq::socket_type::dealer);
    set_queue_options(socket);
    set_connecting_options(socket, address, keys);
    if (unconnected == Unconnected::refuses) set_refusing_options(socket);
    if (!routing_id.empty()) socket.set(zmq::sockopt::routing_id, routing_id);
    socket.connect(address);
    return Dealer(std::move(socket));
  } catch (const zmq::error_t& error) {
    return Failure{"cannot connect to " + address + ": " + error.what()};
  }
}

Sent Dealer::send(std::span<const char> head, const SharedBytes& body) { return send_frame(socket_, head, body); }

std::optional<Frame> Dealer::receive() {
  zmq::message_t message;
  if (!receive_part(socket_, message)) return std::nullopt;
  return receive_frame(socket_, std::move(message));
}

void Dealer::set_linger(Duration linger) { set_linger_of(socket_, linger); }

Result<Router> Router::open(Context& context) {
  const UnseenByThreadSanitizer unseen;  // as above
  try {
    zmq::socket_t socket(context.get(), zmq::socket_type::router);
    set_queue_options(socket);
    socket.set(zmq::sockopt::router_mandatory, true);
    socket.set(zmq::sockopt::router_handover, true);
    return Router(std::move(socket));
  } catch (const zmq::error_t& error) {
    return Failure{std::string("cannot open a socket: ") + error.what()};
  }
}

Status Router::serve(const ListeningSocket& listening, const std::optional<RunKeys>& keys) {
  UniqueFd fd(::fcntl(listening.fd(), F_DUPFD_CLOEXEC, 0));
  if (!fd) return Failure{"cannot listen on " + listening.address() + ": " + zmq_strerror(errno)};
  const UnseenByThreadSanitizer unseen;  // as above
  try {
    set_listening_options(socket_, listening.address(), keys);
    socket_.set(zmq::sockopt::use_fd, fd.get());
    socket_.bind(listening.address());
    fd.release();
    return success();
  } catch (const zmq::error_t& error) {
    return Failure{"cannot listen on " + listening.address() + ": " + error.what()};
  }
}

Sent Router::send(std::string_view routing_id, std::span<const char> head, const SharedBytes& body) {
  const Sent addressed =
      send_part(socket_, zmq::message_t(routing_id.data(), routing_id.size()), zmq::send_flags::sndmore);
  if (addressed != Sent::yes) return addressed;
  return send_frame(socket_, head, body);
}

std::optional<RoutedFrame> Router::receive() {
  zmq::message_t sender;
  if (!receive_part(socket_, sender)) return std::nullopt;
  zmq::message_t head;
  if (sender.more()) receive_part(socket_, head);
  return RoutedFrame{sender.to_string(), receive_frame(socket_, std::move(head))};
}

void Router::set_linger(Duration linger) { set_linger_of(socket_, linger); }

}  // namespace scoop

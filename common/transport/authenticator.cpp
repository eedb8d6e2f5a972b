#include "common/transport/authenticator.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace scoop {
namespace {

constexpr const char* address_of_all_handlers = "inproc://zeromq.zap.01";

// Frames of a request where the mechanism is CURVE; there the credentials are the client's key. Who comes by ipc has no
// mechanism, and about him nobody asks.
enum Request : std::size_t { version, request_id, domain, address, routing_id, mechanism, credentials, request_frames };

/// Empty when there is none.
std::vector<zmq::message_t> receive_request(zmq::socket_t& socket) {
  std::vector<zmq::message_t> frames;
  do {
    zmq::message_t frame;
    if (!socket.recv(frame, zmq::recv_flags::dontwait)) return {};
    frames.push_back(std::move(frame));
  } while (frames.back().more());
  return frames;
}

void reply(zmq::socket_t& socket, const zmq::message_t& id, bool let_in) {
  const std::string_view user_id;
  const std::string_view metadata;
  const std::string_view frames[] = {
      "1.0", id.to_string_view(), let_in ? "200" : "400", let_in ? "OK" : "not of this run", user_id, metadata};
  for (const auto& frame : frames) {
    const bool is_last = &frame == std::end(frames) - 1;
    socket.send(zmq::buffer(frame), is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
  }
}

}  // namespace

Result<Authenticator> Authenticator::open(Context& context, const RunKeys& keys) {
  Key client;
  if (keys.client_public.size() != 40 || ::zmq_z85_decode(client.data(), keys.client_public.c_str()) == nullptr) {
    return Failure{"the keys of the run are damaged"};
  }
  try {
    zmq::socket_t socket(context.get(), zmq::socket_type::rep);
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(address_of_all_handlers);
    return Authenticator(std::move(socket), client);
  } catch (const zmq::error_t& error) {
    return Failure{std::string("cannot guard the TCP port: ") + error.what()};
  }
}

void Authenticator::serve() {
  for (;;) {
    const auto request = receive_request(socket_);
    if (request.size() <= request_id) return;
    reply(socket_, request[request_id], lets_in(request));
  }
}

bool Authenticator::lets_in(std::span<const zmq::message_t> request) const {
  return request.size() == request_frames && request[mechanism].to_string_view() == "CURVE" &&
         request[credentials].size() == client_.size() &&
         std::equal(client_.begin(), client_.end(), request[credentials].data<std::uint8_t>());
}

}  // namespace scoop

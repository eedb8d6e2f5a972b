#include "common/transport/connection_monitor.hpp"

#include <cstdint>
#include <cstring>
#include <vector>

#include "common/transport/socket_address.hpp"

namespace scoop {
namespace {

constexpr int watched_events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                               ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                               ZMQ_EVENT_DISCONNECTED;

ConnectionEvent to_event(std::uint16_t number, std::uint32_t value) {
  const int fd = static_cast<int>(value);
  if (number == ZMQ_EVENT_ACCEPTED) return {ConnectionEvent::accepted, fd, SocketAddress::remote_end(fd).to_string()};
  if (number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) return {ConnectionEvent::let_in, -1, {}};
  if (number == ZMQ_EVENT_DISCONNECTED) return {ConnectionEvent::closed, fd, {}};
  return {ConnectionEvent::failed, -1, {}};
}

}  // namespace

Result<ConnectionMonitor> ConnectionMonitor::open(Context& context, Router& watched) {
  const std::string address = "inproc://monitor." + std::to_string(context.new_number());
  try {
    zmq::socket_t events(context.get(), zmq::socket_type::pair);
    events.set(zmq::sockopt::linger, 0);
    // However far behind the reader is, the I/O thread must not wait for it: closing the ROUTER waits for that thread.
    events.set(zmq::sockopt::rcvhwm, 0);
    if (::zmq_socket_monitor(watched.ref().handle(), address.c_str(), watched_events) != 0) throw zmq::error_t();
    ConnectionMonitor monitor(std::move(events), watched.ref());
    monitor.events_.connect(address);
    return monitor;
  } catch (const zmq::error_t& error) {
    return Failure{std::string("cannot watch the TCP port: ") + error.what()};
  }
}

ConnectionMonitor::~ConnectionMonitor() {
  if (events_.handle() != nullptr) ::zmq_socket_monitor(watched_.handle(), nullptr, 0);
}

void ConnectionMonitor::read(Admissions& admissions) {
  std::vector<ConnectionEvent> events;
  while (auto event = next()) events.push_back(*std::move(event));
  if (!events.empty()) admissions.on_events(std::move(events));
}

// Two frames: the number of the event (16 bits) and its value (32 bits); the address of the listener.
std::optional<ConnectionEvent> ConnectionMonitor::next() {
  for (;;) {
    zmq::message_t numbers;
    zmq::message_t address;
    if (!events_.recv(numbers, zmq::recv_flags::dontwait)) return std::nullopt;
    if (!events_.recv(address, zmq::recv_flags::dontwait)) return std::nullopt;
    std::uint16_t number = 0;
    std::uint32_t value = 0;
    if (numbers.size() != sizeof number + sizeof value || !is_tcp(address.to_string())) continue;
    std::memcpy(&number, numbers.data(), sizeof number);
    std::memcpy(&value, numbers.data<char>() + sizeof number, sizeof value);
    return to_event(number, value);
  }
}

}  // namespace scoop

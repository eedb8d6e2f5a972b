#include "common/transport/connection_monitor.hpp"

#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "common/transport/socket_address.hpp"

namespace scoop {
namespace {

constexpr int failed_events = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
constexpr int watched_events =
    ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | failed_events | ZMQ_EVENT_DISCONNECTED;

}  // namespace

struct ConnectionMonitor::Event {
  std::uint16_t kind = 0;
  std::uint32_t value = 0;
  std::string peer;

  int fd() const { return static_cast<int>(value); }
};

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
  std::vector<Event> events;
  for (Event event; next(event);) {
    if (event.kind == ZMQ_EVENT_ACCEPTED) event.peer = SocketAddress::remote_end(event.fd()).to_string();
    events.push_back(std::move(event));
  }

  // By the time it was asked, a descriptor may have been closed, and may even have led to somebody else. The event that
  // it was closed comes before that.
  std::set<int> closed;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->kind == ZMQ_EVENT_DISCONNECTED) closed.insert(event->fd());
    if (event->kind == ZMQ_EVENT_ACCEPTED && closed.erase(event->fd()) > 0) event->peer.clear();
  }

  for (Event& event : events) {
    if (event.kind == ZMQ_EVENT_ACCEPTED) admissions.on_accepted(event.fd(), std::move(event.peer));
    if (event.kind == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) admissions.on_let_in();
    if ((event.kind & failed_events) != 0) admissions.on_failed();
    if (event.kind == ZMQ_EVENT_DISCONNECTED) admissions.on_closed(event.fd());
  }
}

/// The next event of a TCP connection. Two frames: the number of the event (16 bits) and its value (32 bits); our
/// address.
bool ConnectionMonitor::next(Event& event) {
  for (;;) {
    zmq::message_t numbers;
    zmq::message_t address;
    if (!events_.recv(numbers, zmq::recv_flags::dontwait)) return false;
    if (!events_.recv(address, zmq::recv_flags::dontwait)) return false;
    if (numbers.size() != sizeof event.kind + sizeof event.value || !is_tcp(address.to_string())) continue;
    std::memcpy(&event.kind, numbers.data(), sizeof event.kind);
    std::memcpy(&event.value, numbers.data<char>() + sizeof event.kind, sizeof event.value);
    return true;
  }
}

}  // namespace scoop

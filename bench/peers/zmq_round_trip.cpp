// zmq_round_trip [COUNT] [spin]: 48 bytes over bare sockets of three processes and back: DEALER - ROUTER - DEALER. With
// spin the asking side does not sleep in recv, but asks in a loop.
#include <sched.h>

#include <cstdlib>
#include <vector>

#include "bench/peers/child.hpp"
#include "bench/peers/raw_socket.hpp"
#include "bench/stopwatch.hpp"

namespace {

constexpr std::size_t payload_bytes = 48;

void route(const std::string& address) {
  zmq::context_t context;
  zmq::socket_t socket = bench::router(context, address);
  zmq::message_t from;
  zmq::message_t bytes;
  for (;;) {
    (void)socket.recv(from);
    (void)socket.recv(bytes);
    socket.send(zmq::buffer(from.to_string_view() == "A" ? "B" : "A", 1), zmq::send_flags::sndmore);
    socket.send(bytes, zmq::send_flags::none);
  }
}

void echo(const std::string& address) {
  zmq::context_t context;
  zmq::socket_t socket = bench::dealer(context, address, "B");
  zmq::message_t bytes;
  for (;;) {
    (void)socket.recv(bytes);
    socket.send(bytes, zmq::send_flags::none);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 2000;
  const bool spin = argc > 2;
  const bench::SocketDir dir;
  const std::string address = dir.address("router");
  const bench::Child router([&] { route(address); });
  const bench::Child echoing([&] { echo(address); });
  zmq::context_t context;
  zmq::socket_t socket = bench::dealer(context, address, "A");
  const std::string payload(payload_bytes, 'x');
  zmq::message_t bytes;
  const auto once = [&] {
    socket.send(zmq::buffer(payload), zmq::send_flags::none);
    if (!spin) return socket.recv(bytes).has_value();
    while (!socket.recv(bytes, zmq::recv_flags::dontwait)) ::sched_yield();
    return true;
  };
  // Until the other side is there, the router drops what is for it.
  socket.set(zmq::sockopt::rcvtimeo, 20);
  do socket.send(zmq::buffer(payload), zmq::send_flags::none);
  while (!socket.recv(bytes));
  while (socket.recv(bytes)) {
  }
  socket.set(zmq::sockopt::rcvtimeo, -1);
  for (int i = 0; i < count / 10; ++i) once();
  std::vector<double> microseconds;
  for (int i = 0; i < count; ++i) microseconds.push_back(1e6 * bench::seconds_of(once));
  bench::report("raw_round_trip", bench::median(microseconds), "us");
}

#include "common/transport/socket_options.hpp"

#include <chrono>
#include <cstdint>

#include "common/transport/socket.hpp"

namespace scoop {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// On one machine the peer may be a moment away from listening: the default of 100 ms would be most of a start.
constexpr milliseconds reconnect_first{1};
constexpr milliseconds reconnect_at_most{100};
// Where frames have another way, a network that will never let them through is not to be pestered.
constexpr milliseconds reconnect_of_refusing_at_most = seconds(5);

// Who takes longer to say who he is, is sent away.
constexpr milliseconds handshake_at_most = seconds(10);

// A network that was cut and has come back is to be used at once, not when TCP's own timers have doubled to a minute.
constexpr milliseconds connect_at_most = seconds(2);
constexpr milliseconds unanswered_at_most = seconds(10);

// A peer whose host is gone says nothing more; its connection ends within a minute.
constexpr seconds keepalive_idle{30};
constexpr seconds keepalive_interval{10};

int count(milliseconds time) { return static_cast<int>(time.count()); }

void set_frame_limit(zmq::socket_t& socket, const std::string& address) {
  const std::size_t limit = is_tcp(address) ? max_tcp_frame_bytes : max_frame_bytes;
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(limit));
}

void set_tcp_options(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::ipv6, true);
  socket.set(zmq::sockopt::handshake_ivl, count(handshake_at_most));
  socket.set(zmq::sockopt::connect_timeout, count(connect_at_most));
  socket.set(zmq::sockopt::tcp_maxrt, count(unanswered_at_most));
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, static_cast<int>(keepalive_idle.count()));
  socket.set(zmq::sockopt::tcp_keepalive_intvl, static_cast<int>(keepalive_interval.count()));
}

}  // namespace

void set_queue_options(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::sndhwm, max_queued_frames);
  socket.set(zmq::sockopt::rcvhwm, max_queued_frames);
}

void set_listening_options(zmq::socket_t& socket, const std::string& address, const std::optional<RunKeys>& keys) {
  const bool is_locked = is_tcp(address) && keys;
  set_frame_limit(socket, address);
  set_tcp_options(socket);
  socket.set(zmq::sockopt::curve_server, is_locked);
  if (is_locked) socket.set(zmq::sockopt::curve_secretkey, keys->server_secret);
}

void set_connecting_options(zmq::socket_t& socket, const std::string& address, const std::optional<RunKeys>& keys) {
  socket.set(zmq::sockopt::reconnect_ivl, count(reconnect_first));
  socket.set(zmq::sockopt::reconnect_ivl_max, count(reconnect_at_most));
  set_frame_limit(socket, address);
  if (!is_tcp(address)) return;
  set_tcp_options(socket);
  if (!keys) return;
  socket.set(zmq::sockopt::curve_serverkey, keys->server_public);
  socket.set(zmq::sockopt::curve_publickey, keys->client_public);
  socket.set(zmq::sockopt::curve_secretkey, keys->client_secret);
}

void set_refusing_options(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::immediate, true);
  socket.set(zmq::sockopt::reconnect_ivl_max, count(reconnect_of_refusing_at_most));
}

}  // namespace scoop

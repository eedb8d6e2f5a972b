#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <zmq.hpp>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/protocol/codec.hpp"
#include "common/transport/listening_socket.hpp"
#include "common/transport/run_keys.hpp"

namespace scoop {

/// A connection that brings a larger part of a frame is cut. Links split what is larger into pieces.
inline constexpr std::size_t max_frame_bytes = 16 * 1024 * 1024 + 64 * 1024;
/// The same over TCP, where pieces are small and strangers may call.
inline constexpr std::size_t max_tcp_frame_bytes = 1024 * 1024;
/// Frames that wait for one peer, on each side. A link has at most its window under way, so only a flood gets here.
inline constexpr int max_queued_frames = 16 * 1024;

/// What became of a frame given to a socket. Nothing waits, and nothing is dropped unseen: what is not `yes` never
/// left, and the link sends it again.
enum class Sent { yes, full, unreachable };

/// The I/O thread that a process's sockets share. Its end waits for the linger of sockets already closed, never longer.
class Context {
 public:
  Context() : context_(1) {}
  zmq::context_t& get() { return context_; }
  /// Another one each time, for names of sockets within the context.
  std::uint64_t new_number() { return ++last_number_; }

 private:
  zmq::context_t context_;
  std::uint64_t last_number_ = 0;
};

/// What a Dealer does with frames while its connection does not stand: they wait for it, or are `full`.
enum class Unconnected { queues, refuses };

/// Sends to one ROUTER, and hears what that answers. The connection is made and made again behind the caller's back.
/// Over TCP it is encrypted where there are keys, and talks only to those who
/// have them.
class Dealer {
 public:
  /// `routing_id` is the name under which the ROUTER may answer; empty: it has no need to.
  static Result<Dealer> connect(Context& context, const std::string& address, std::string_view routing_id,
                                const std::optional<RunKeys>& keys = std::nullopt,
                                Unconnected unconnected = Unconnected::queues);

  /// A frame is one ZeroMQ part, its head, or two: the body is sent from where it lies, not copied.
  Sent send(std::span<const char> head, const SharedBytes& body = {});
  /// In the buffers in which it arrived.
  std::optional<Frame> receive();

  /// How long frames under way may take after the socket was closed. 0, as at the start: they are dropped.
  void set_linger(Duration linger);
  zmq::socket_ref ref() { return socket_; }

 private:
  explicit Dealer(zmq::socket_t socket) : socket_(std::move(socket)) {}
  zmq::socket_t socket_;
};

/// A frame and the routing id of the DEALER that sent it.
struct RoutedFrame {
  std::string sender;
  Frame frame;
};

/// Receives from many DEALERs. A new connection under a routing id takes the place of the old one, also when it comes
/// by another way.
class Router {
 public:
  static Result<Router> open(Context& context);
  /// Once for each way to it. A duplicate of the descriptor is served, so that closing the Router leaves the address in
  /// place. With keys, a TCP listener asks the context's Authenticator about all that come.
  Status serve(const ListeningSocket& listening, const std::optional<RunKeys>& keys = std::nullopt);

  Sent send(std::string_view routing_id, std::span<const char> head, const SharedBytes& body = {});
  std::optional<RoutedFrame> receive();

  void set_linger(Duration linger);
  zmq::socket_ref ref() { return socket_; }

 private:
  explicit Router(zmq::socket_t socket) : socket_(std::move(socket)) {}
  zmq::socket_t socket_;
};

}  // namespace scoop

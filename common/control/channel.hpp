#pragma once
#include <optional>
#include <string>

#include "common/base/result.hpp"
#include "common/control/client_messages.hpp"
#include "common/control/frame_channel.hpp"
#include "common/control/messages.hpp"

namespace scoop::control {

/// `message` is one of the variants of messages.hpp and client_messages.hpp: its index, then its fields, as
/// MessagePack.
template <class Variant>
std::string encode(const Variant& message);
/// Errors: bytes that are no such message; any bytes are survived.
template <class Variant>
Result<Variant> decode(std::string_view bytes);

/// One end of a control channel: reads `In`, writes `Out`. Bounds, errors and threads as FrameChannel's; a message that
/// cannot be read ends the channel, since parent and child are of one build.
template <class In, class Out>
class Channel {
 public:
  explicit Channel(UniqueFd socket) : frames_(std::move(socket)) {}
  Channel(UniqueFd in, UniqueFd out, std::string received = {})
      : frames_(std::move(in), std::move(out), std::move(received)) {}

  void send(const Out& message) { frames_.send(encode(message)); }
  void send(const Out& message, UniqueFd fd) { frames_.send(encode(message), std::move(fd)); }

  std::optional<In> next() {
    auto frame = frames_.next();
    if (!frame) return std::nullopt;
    auto message = decode<In>(*frame);
    if (message) return *std::move(message);
    frames_.end();
    return std::nullopt;
  }

  FrameChannel& frames() { return frames_; }
  const FrameChannel& frames() const { return frames_; }

 private:
  FrameChannel frames_;
};

using DaemonChannel = Channel<FromDaemon, ToDaemon>;  // the launcher's end
using DaemonSide = Channel<ToDaemon, FromDaemon>;     // the daemon's end
using BrokerChannel = Channel<FromBroker, ToBroker>;  // the launcher's end
using BrokerSide = Channel<ToBroker, FromBroker>;     // the broker's end
using WorkerChannel = Channel<FromWorker, ToWorker>;  // the daemon's end
using WorkerSide = Channel<ToWorker, FromWorker>;     // the worker's end

/// Both ends of a new channel, close-on-exec: one to keep, one for the child.
struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};
Result<SocketPair> make_socket_pair();

}  // namespace scoop::control

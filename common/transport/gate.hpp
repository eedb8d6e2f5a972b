#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/transport/admissions.hpp"
#include "common/transport/authenticator.hpp"
#include "common/transport/connection_monitor.hpp"
#include "common/transport/poller.hpp"
#include "common/transport/socket.hpp"

namespace scoop {

/// Where a process is reached: a ROUTER with all ways to it, `ipc://` for its own host, `tcp://` for others.
///
/// Trust:   by TCP nothing arrives but from peers that proved to have the run's keys; without keys, from anybody. Who
/// was
///          refused is counted. `ipc://` is protected by its directory.
/// Threads: that of the sockets. The guard has none: it works within wait() and receive(), so newcomers wait for these.
class Gate {
 public:
  static Result<std::unique_ptr<Gate>> open(Context& context, std::vector<ListeningSocket> listening,
                                            std::optional<RunKeys> keys);

  Sent send(std::string_view routing_id, std::span<const char> head, const SharedBytes& body) {
    return served_->router.send(routing_id, head, body);
  }
  std::optional<RoutedFrame> receive();
  /// See wait_ready; `others` are waited for as well.
  void wait(std::span<const zmq::socket_ref> others, std::span<PolledFd> fds, TimePoint deadline);

  /// One more way to it; connections stay. A Failure: it was not added.
  Status add_listening(ListeningSocket listening);
  /// Closes all connections and takes new ones. False: out of descriptors, and nothing has changed.
  bool reopen();
  void set_linger(Duration linger) { served_->router.set_linger(linger); }

  const std::vector<ListeningSocket>& listening() const { return listening_; }
  const RefusedPeers& refused() const { return admissions_.refused(); }

 private:
  struct Served {
    Router router;
    std::optional<ConnectionMonitor> monitor;  // once it listens by TCP; ends before the router
  };

  Gate(Context& context, std::optional<RunKeys> keys) : context_(context), keys_(std::move(keys)) {}
  Result<std::unique_ptr<Served>> serve_all();
  Status serve(Served& served, const ListeningSocket& listening);
  Status prepare_for_tcp(Served& served);
  void guard();

  Context& context_;
  std::vector<ListeningSocket> listening_;
  std::optional<RunKeys> keys_;
  std::optional<Authenticator> authenticator_;
  std::unique_ptr<Served> served_;
  Admissions admissions_;
  unsigned received_ = 0;  // since the guard's last turn
};

}  // namespace scoop

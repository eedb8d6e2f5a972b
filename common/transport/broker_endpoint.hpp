#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/transport/worker_endpoint.hpp"

namespace scoop {

/// A frame and the worker whose connection brought it.
struct WorkerFrame {
  WorkerId sender;
  Frame frame;
};

/// The broker's one socket: a ROUTER on a descriptor that was bound by the launcher, and by TCP on those that the
/// launcher asked for.
///
/// Trust:   see Gate.
/// Loss:    as with WorkerEndpoint. A worker that is not connected is `unreachable`, never silently skipped.
/// Threads: belongs to one thread.
class BrokerEndpoint {
 public:
  struct Settings {
    std::vector<ListeningSocket> listening = {};  // one at least
    std::optional<RunKeys> keys = {};             // none: TCP is open to everybody
    FaultInjector faults = {};
  };

  static Result<std::unique_ptr<BrokerEndpoint>> open(Settings settings);

  /// One more way to it; connections stay. A Failure: it was not added.
  Status add_listening(ListeningSocket listening) { return gate_->add_listening(std::move(listening)); }

  Sent send(WorkerId to, std::span<const char> head, const SharedBytes& body = {});
  std::optional<WorkerFrame> receive();
  void wait(std::span<PolledFd> fds, TimePoint deadline);

  void set_linger(Duration linger) { gate_->set_linger(linger); }
  const TransportCounters& counters() const { return counters_; }
  const RefusedPeers& refused() const { return gate_->refused(); }

 private:
  explicit BrokerEndpoint(FaultInjector faults) : faults_(faults) {}

  FaultInjector faults_;
  Context context_;
  std::unique_ptr<Gate> gate_;
  TransportCounters counters_;
};

}  // namespace scoop

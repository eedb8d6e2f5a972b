#pragma once
#include <memory>
#include <optional>
#include <span>

#include "common/transport/worker_endpoint.hpp"

namespace scoop {

/// A frame and the worker whose connection brought it.
struct WorkerFrame {
  WorkerId sender;
  Frame frame;
};

/// The broker's one socket: a ROUTER on a descriptor that was bound by the launcher, so that the address outlives a
/// broker.
///
/// Loss:    as with WorkerEndpoint. A worker that is not connected is `unreachable`, never silently skipped.
/// Threads: belongs to one thread.
class BrokerEndpoint {
 public:
  static Result<std::unique_ptr<BrokerEndpoint>> open(ListeningSocket listening, FaultInjector faults);

  Sent send(WorkerId to, std::span<const char> head, const SharedBytes& body = {});
  std::optional<WorkerFrame> receive();
  void wait(std::span<PolledFd> fds, TimePoint deadline);

  void set_linger(Duration linger) { router_->set_linger(linger); }
  const TransportCounters& counters() const { return counters_; }

 private:
  BrokerEndpoint(ListeningSocket listening, FaultInjector faults) : listening_(std::move(listening)), faults_(faults) {}

  void reopen_socket();

  ListeningSocket listening_;
  FaultInjector faults_;
  Context context_;
  std::optional<Router> router_;
  TransportCounters counters_;
};

}  // namespace scoop

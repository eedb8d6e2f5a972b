#pragma once
#include <optional>

#include "common/transport/admissions.hpp"
#include "common/transport/socket.hpp"

namespace scoop {

/// Watches who comes to the TCP listeners of a ROUTER. What comes by ipc is no stranger and not watched.
///
/// Lifetime: begins before the ROUTER listens by TCP and ends before it is closed: an event that nobody takes would
/// hold
///           up the I/O thread.
class ConnectionMonitor {
 public:
  static Result<ConnectionMonitor> open(Context& context, Router& watched);
  ConnectionMonitor(ConnectionMonitor&&) = default;
  ConnectionMonitor& operator=(ConnectionMonitor&&) = delete;
  ~ConnectionMonitor();

  /// Takes what has happened into account.
  void read(Admissions& admissions);
  zmq::socket_ref ref() { return events_; }

 private:
  ConnectionMonitor(zmq::socket_t events, zmq::socket_ref watched) : events_(std::move(events)), watched_(watched) {}
  std::optional<ConnectionEvent> next();

  zmq::socket_t events_;
  zmq::socket_ref watched_;
};

}  // namespace scoop

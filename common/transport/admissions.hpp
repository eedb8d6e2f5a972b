#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace scoop {

/// What ZeroMQ said of a connection, in the order in which it happened.
struct ConnectionEvent {
  enum Kind { accepted, let_in, failed, closed };  // after `failed` comes `closed` of the same connection

  Kind kind = accepted;
  int fd = -1;       // of accepted and closed; of the others ZeroMQ does not say which it was
  std::string peer;  // of accepted: where the descriptor led when the event was read
};

/// Connections that ended before they had proved to be of the run, or to speak our protocol at all.
struct RefusedPeers {
  std::uint64_t count = 0;
  std::string last_address;  // `10.0.0.7:5000`; empty where it was gone too fast to be asked
};

/// Tells the connections that were let in from those that were not.
///
/// Exact:  `count`, once no handshake is under way. Never more than were refused.
/// Blurry: `last_address`, where one that was let in and one that was not shook hands and closed at the same time.
class Admissions {
 public:
  /// All that had happened when the last of them was read.
  void on_events(std::vector<ConnectionEvent> events);
  /// All connections were closed by us.
  void forget_open();

  const RefusedPeers& refused() const { return refused_; }

 private:
  void on_event(ConnectionEvent event);
  void on_closed(int fd);
  void settle();

  std::map<int, std::string> unproven_;  // descriptors, and where they lead
  std::size_t let_in_ = 0;               // of the unproven ones
  bool next_failed_ = false;
  RefusedPeers refused_;
};

}  // namespace scoop

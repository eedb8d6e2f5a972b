#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace scoop {

/// Connections that ended before they had proved to be of the run, or to speak our protocol at all.
struct RefusedPeers {
  std::uint64_t count = 0;
  std::string last_address;  // `10.0.0.7:5000`; empty where it was gone too fast to be asked
};

/// Tells the connections that were let in from those that were not. ZeroMQ says of a connection when it was accepted
/// and closed, by its descriptor; that one was let in it says without saying which.
///
/// Exact:  `count`, once no handshake is under way. Never more than were refused.
/// Blurry: `last_address`, where one that was let in and one that was not shook hands and closed at the same time.
class Admissions {
 public:
  void on_accepted(int fd, std::string address);
  void on_let_in();
  /// The next that is closed was refused.
  void on_failed() { next_failed_ = true; }
  void on_closed(int fd);
  /// All connections were closed by us.
  void forget_open();

  const RefusedPeers& refused() const { return refused_; }

 private:
  void settle();

  std::map<int, std::string> unproven_;  // descriptors, and where they lead
  std::size_t let_in_ = 0;               // of the unproven ones
  bool next_failed_ = false;
  RefusedPeers refused_;
};

}  // namespace scoop

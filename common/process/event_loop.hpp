#pragma once
#include <functional>
#include <map>
#include <memory>

#include "common/base/clock.hpp"

namespace scoop {

/// Waits for descriptors, with poll, and calls who watches them.
///
/// Threads: one. Handlers may watch and unwatch anything, also themselves.
class EventLoop {
 public:
  using Handler = std::function<void(short revents)>;

  /// One watch a descriptor; a second replaces the first. Ends and errors (POLLHUP, POLLERR) are always told.
  void watch(int fd, short events, Handler handler);
  /// No events: waits for its end alone.
  void set_events(int fd, short events);
  void unwatch(int fd);

  /// Waits until something happens or `deadline` is reached, and handles what happened.
  void run_once(TimePoint deadline);

 private:
  struct Watch {
    short events = 0;
    std::shared_ptr<Handler> handler;
  };
  std::map<int, Watch> watches_;
};

}  // namespace scoop

#include "common/process/event_loop.hpp"

#include <poll.h>

#include <algorithm>
#include <vector>

namespace scoop {
namespace {

// Rounded up: a loop that wakes just before its deadline would spin.
int poll_timeout(TimePoint deadline) {
  if (deadline == never) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long>(left, 0, 3'600'000));
}

}  // namespace

void EventLoop::watch(int fd, short events, Handler handler) {
  watches_[fd] = {events, std::make_shared<Handler>(std::move(handler))};
}

void EventLoop::set_events(int fd, short events) {
  const auto found = watches_.find(fd);
  if (found != watches_.end()) found->second.events = events;
}

void EventLoop::unwatch(int fd) { watches_.erase(fd); }

void EventLoop::run_once(TimePoint deadline) {
  std::vector<pollfd> polled;
  polled.reserve(watches_.size());
  for (const auto& [fd, watch] : watches_) polled.push_back({fd, watch.events, 0});
  if (::poll(polled.data(), polled.size(), poll_timeout(deadline)) <= 0) return;
  for (const auto& entry : polled) {
    if (entry.revents == 0) continue;
    const auto found = watches_.find(entry.fd);
    if (found == watches_.end()) continue;  // an earlier handler of this round ended it
    const auto handler = found->second.handler;
    (*handler)(entry.revents);
  }
}

}  // namespace scoop

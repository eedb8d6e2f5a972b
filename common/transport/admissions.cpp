#include "common/transport/admissions.hpp"

#include <set>
#include <utility>

namespace scoop {
namespace {

// By the time it was asked where it led, a descriptor may have been closed, and may even have led to somebody else. But
// the event of that comes first.
void clear_doubtful_peers(std::vector<ConnectionEvent>& events) {
  std::set<int> closed;
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    if (event->kind == ConnectionEvent::closed) closed.insert(event->fd);
    if (event->kind == ConnectionEvent::accepted && closed.erase(event->fd) > 0) event->peer.clear();
  }
}

}  // namespace

void Admissions::on_events(std::vector<ConnectionEvent> events) {
  clear_doubtful_peers(events);
  for (ConnectionEvent& event : events) on_event(std::move(event));
}

void Admissions::on_event(ConnectionEvent event) {
  switch (event.kind) {
    case ConnectionEvent::accepted:
      unproven_[event.fd] = std::move(event.peer);
      return;
    case ConnectionEvent::let_in:
      ++let_in_;
      return settle();
    case ConnectionEvent::failed:
      next_failed_ = true;
      return;
    case ConnectionEvent::closed:
      return on_closed(event.fd);
  }
}

void Admissions::on_closed(int fd) {
  const bool failed = std::exchange(next_failed_, false);
  auto closed = unproven_.extract(fd);
  if (!closed) return;  // it was let in long ago
  if (!failed && let_in_ > 0) {
    --let_in_;  // take it for that one: better to blame a stranger later than a worker now
  } else {
    ++refused_.count;
    refused_.last_address = std::move(closed.mapped());
  }
  settle();
}

void Admissions::forget_open() {
  unproven_.clear();
  let_in_ = 0;
  next_failed_ = false;
}

void Admissions::settle() {
  if (let_in_ >= unproven_.size()) forget_open();
}

}  // namespace scoop

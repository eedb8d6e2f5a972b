#pragma once
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "common/control/messages.hpp"
#include "worker/runtime/doorbell.hpp"

namespace scoop {

/// What this process has to say to its daemon, on the way from any thread to the communication thread.
class PostBox {
 public:
  explicit PostBox(Doorbell& doorbell) : doorbell_(doorbell) {}

  /// Any thread. Waits while the box is full, as a write to a full pipe does, but not in the thread that empties it.
  /// Once the box is closed, does nothing.
  void post(control::FromWorker message);

  // The rest is for the communication thread.

  /// From here on the calling thread is known as the one that empties the box.
  void open();
  /// Empties it.
  std::vector<control::FromWorker> take();
  bool is_empty() const;
  void close();

 private:
  static constexpr std::size_t max_messages = 4096;

  Doorbell& doorbell_;
  mutable std::mutex mutex_;  // guards the rest; nothing else is locked under it
  std::condition_variable has_room_;
  std::vector<control::FromWorker> messages_;
  std::thread::id reader_;
  bool closed_ = false;
};

}  // namespace scoop

#include "worker/runtime/post_box.hpp"

#include <utility>

namespace scoop {

void PostBox::post(control::FromWorker message) {
  {
    std::unique_lock lock(mutex_);
    if (std::this_thread::get_id() != reader_) {
      has_room_.wait(lock, [this] { return closed_ || messages_.size() < max_messages; });
    }
    if (closed_) return;
    messages_.push_back(std::move(message));
  }
  doorbell_.ring();
}

void PostBox::open() {
  std::lock_guard lock(mutex_);
  reader_ = std::this_thread::get_id();
}

std::vector<control::FromWorker> PostBox::take() {
  std::vector<control::FromWorker> taken;
  {
    std::lock_guard lock(mutex_);
    taken.swap(messages_);
  }
  has_room_.notify_all();
  return taken;
}

bool PostBox::is_empty() const {
  std::lock_guard lock(mutex_);
  return messages_.empty();
}

void PostBox::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  has_room_.notify_all();
}

}  // namespace scoop

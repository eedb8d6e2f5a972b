#include "common/transport/admissions.hpp"

#include <utility>

namespace scoop {

void Admissions::on_accepted(int fd, std::string address) { unproven_[fd] = std::move(address); }

void Admissions::on_let_in() {
  ++let_in_;
  settle();
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

#pragma once
#include <utility>
#include <vector>

#include "common/protocol/message.hpp"

namespace scoop::test {

/// Keeps what a decision class says, for the test to look at.
class RecordingOutbox final : public Outbox {
 public:
  void send(WorkerId to, Message message) override { sent_.emplace_back(to, std::move(message)); }
  void drop(const LostWorker& peer) override { dropped_.push_back(peer.id); }

  /// All of one kind to one peer since the last call that took them.
  template <class M>
  std::vector<M> take(WorkerId to) {
    std::vector<M> found;
    std::erase_if(sent_, [&](auto& item) {
      auto* message = item.first == to ? std::get_if<M>(&item.second) : nullptr;
      if (message != nullptr) found.push_back(std::move(*message));
      return message != nullptr;
    });
    return found;
  }
  /// How many of one kind, to whomever; leaves them.
  template <class M>
  std::size_t count() const {
    std::size_t result = 0;
    for (const auto& item : sent_) result += std::holds_alternative<M>(item.second) ? 1 : 0;
    return result;
  }
  bool empty() const { return sent_.empty(); }
  void clear() { sent_.clear(); }
  const std::vector<WorkerId>& dropped() const { return dropped_; }

 private:
  std::vector<std::pair<WorkerId, Message>> sent_;
  std::vector<WorkerId> dropped_;
};

}  // namespace scoop::test

#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/control/messages.hpp"

namespace scoop {

/// Which shared constants this host has, and which of its workers gets one for all of them from another host. Decides;
/// the memory itself is the daemon's.
class ConstantShelf {
 public:
  using Slot = std::uint16_t;
  using Key = control::ConstantKey;
  /// Whom to tell what, in this order. ConstantGiven: with the memory.
  using Answers = std::vector<std::pair<Slot, control::ToWorker>>;

  /// Its memory has come.
  Answers on_put(Slot from, const Key& key);
  Answers on_take(Slot from, const Key& key, bool may_pull);
  /// Of a pull, or of a put whose memory did not come.
  Answers on_failed(Slot from, const Key& key, const std::string& reason);
  void on_dropped(const Key& key) { entries_.erase(key); }
  /// Another one has to pull what it was pulling.
  Answers on_ended(Slot worker);

 private:
  struct Entry {
    bool is_here = false;
    std::vector<Slot> waiting;  // the first one pulls
  };

  std::map<Key, Entry> entries_;
};

}  // namespace scoop

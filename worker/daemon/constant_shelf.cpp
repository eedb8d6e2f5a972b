#include "worker/daemon/constant_shelf.hpp"

#include <algorithm>

namespace scoop {

ConstantShelf::Answers ConstantShelf::on_put(Slot from, const Key& key) {
  auto& entry = entries_[key];
  entry.is_here = true;
  Answers answers{{from, control::ConstantStored{key}}};
  for (const auto slot : std::exchange(entry.waiting, {})) {
    if (slot != from) answers.emplace_back(slot, control::ConstantGiven{key});
  }
  return answers;
}

ConstantShelf::Answers ConstantShelf::on_take(Slot from, const Key& key, bool may_pull) {
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.is_here) return {{from, control::ConstantGiven{key}}};
  if (!may_pull) return {{from, control::ConstantRefused{key, "its host does not have it"}}};
  auto& waiting = entries_[key].waiting;
  waiting.push_back(from);
  if (waiting.size() > 1) return {};
  return {{from, control::PullConstant{key}}};
}

ConstantShelf::Answers ConstantShelf::on_failed(Slot from, const Key& key, const std::string& reason) {
  Answers answers{{from, control::ConstantRefused{key, reason}}};
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.is_here) return answers;
  for (const auto slot : found->second.waiting) {
    if (slot != from) answers.emplace_back(slot, control::ConstantRefused{key, reason});
  }
  entries_.erase(found);
  return answers;
}

ConstantShelf::Answers ConstantShelf::on_ended(Slot worker) {
  Answers answers;
  for (auto& [key, entry] : entries_) {
    const bool pulled = !entry.waiting.empty() && entry.waiting.front() == worker;
    std::erase(entry.waiting, worker);
    if (pulled && !entry.waiting.empty()) answers.emplace_back(entry.waiting.front(), control::PullConstant{key});
  }
  return answers;
}

}  // namespace scoop

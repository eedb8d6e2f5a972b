#include "broker/worker_registry.hpp"

#include <algorithm>

namespace scoop {

namespace {

/// "30", "0.5"
std::string seconds(Duration duration) {
  const auto tenths = duration / std::chrono::milliseconds(100);
  return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10));
}

template <class Item, class Map, class Get>
std::vector<Item> sorted(const Map& map, Get get) {
  std::vector<Item> items;
  items.reserve(map.size());
  for (const auto& [id, entry] : map) items.push_back(get(entry));
  std::ranges::sort(items, {}, &Item::id);
  return items;
}

}  // namespace

Status WorkerRegistry::admit(const Hello& hello, TimePoint now) {
  if (is_lost(hello.self.id)) return Failure{"worker " + hello.self.name + " was declared lost before it joined"};
  if (auto same = compare(hello); !same) return same;
  if (!first_) first_ = hello;
  alive_[hello.self.id] = {hello.self, now};
  return success();
}

Status WorkerRegistry::compare(const Hello& hello) const {
  const auto& self = hello.self.name;
  // The broker's own protocol counts, so that the first worker is compared too.
  if (hello.protocol != protocol_version)
    return Failure{"worker " + self + " speaks protocol " + std::to_string(hello.protocol) +
                   " and the broker protocol " + std::to_string(protocol_version) +
                   ": install the same version of scoop on all hosts"};
  if (!first_) return success();
  const auto& first = first_->self.name;
  if (hello.abi != first_->abi)
    return Failure{"worker " + self + " has scoop's ABI " + std::to_string(hello.abi) + " and worker " + first +
                   " ABI " + std::to_string(first_->abi) + ": install the same version of scoop on all hosts"};
  if (hello.modules.size() != first_->modules.size())
    return Failure{"worker " + self + " has loaded " + std::to_string(hello.modules.size()) +
                   " modules with tasks and worker " + first + " " + std::to_string(first_->modules.size()) +
                   ": the program or a library of it differs between them"};
  if (hello.modules != first_->modules)
    return Failure{"worker " + self + " has not loaded the same code as worker " + first +
                   ": the program or a library of it differs between them"};
  return success();
}

void WorkerRegistry::heard_from(WorkerId worker, TimePoint now) {
  if (auto it = alive_.find(worker); it != alive_.end()) it->second.heard = now;
}

bool WorkerRegistry::lose(const LostWorker& worker) {
  alive_.erase(worker.id);
  return lost_.emplace(worker.id, worker).second;
}

std::vector<LostWorker> WorkerRegistry::silent(TimePoint now) const {
  std::vector<LostWorker> result;
  for (const auto& [id, worker] : alive_) {
    if (now - worker.heard < lost_after_) continue;
    result.push_back({id,
                      worker.member.name,
                      {.text = "silent for " + seconds(now - worker.heard) + " s, longer than --lost-after allows"}});
  }
  std::ranges::sort(result, {}, &LostWorker::id);
  return result;
}

void WorkerRegistry::forgive(Duration lateness, TimePoint now) {
  for (auto& [id, worker] : alive_) worker.heard = std::min(now, worker.heard + lateness);
}

const Member* WorkerRegistry::find(WorkerId worker) const {
  auto it = alive_.find(worker);
  return it == alive_.end() ? nullptr : &it->second.member;
}

std::vector<Member> WorkerRegistry::members() const {
  return sorted<Member>(alive_, [](const Alive& alive) { return alive.member; });
}

std::vector<LostWorker> WorkerRegistry::lost() const {
  return sorted<LostWorker>(lost_, [](const LostWorker& worker) { return worker; });
}

}  // namespace scoop

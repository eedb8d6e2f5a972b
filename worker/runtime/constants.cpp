#include "worker/runtime/constants.hpp"

#include <algorithm>

namespace scoop {

namespace {

control::ConstantKey key_of(const SetConstant& constant) { return {constant.name, constant.hash}; }

void send_part(WorkerId to, const AskConstant& ask, const SharedBytes& bytes, Outbox& out) {
  ConstantPart part{ask.name, ask.hash, ask.offset, {}};
  if (ask.offset < bytes.size()) part.bytes = bytes.slice(ask.offset, std::min(ask.bytes, bytes.size() - ask.offset));
  out.send(to, std::move(part));
}

}  // namespace

void Constants::on_request(ConstantRequest request, Outbox& out) {
  if (request.value) {
    set(std::move(request));
  } else {
    get(std::move(request), out);
  }
}

// --- set ---

void Constants::set(ConstantRequest request) {
  auto& value = *request.value;
  const auto size = value.bytes.size();
  SetConstant constant{std::move(request.name), std::move(request.type), std::move(value.hash), size};
  tell_daemon(control::PutConstant{key_of(constant)}, std::move(value.memory));
  settings_.push_back({request.asker, std::move(constant), std::move(value.bytes)});
}

void Constants::on_stored(const Key& key, Outbox& out) {
  Entry* const entry = find(key);
  std::optional<SharedBytes> bytes;
  if (entry != nullptr) bytes = std::exchange(entry->pulled, std::nullopt);
  for (auto& setting : settings_) {
    if (setting.is_stored || key_of(setting.constant) != key) continue;
    setting.is_stored = true;
    bytes = setting.bytes;
    out.send(broker_id, setting.constant);
  }
  if (entry != nullptr && bytes && !entry->is_here) have(*entry, *std::move(bytes), out);
}

/// The broker's word about a name holds for ever.
bool Constants::settle_settings(const ConstantFound& found, Entry& entry) {
  const auto settled = settings_.size();
  for (const auto& setting : settings_) {
    if (!setting.is_stored || setting.constant.name != found.constant.name) continue;
    if (setting.constant.hash == found.constant.hash) {
      if (!std::exchange(entry.is_here, true)) entry.bytes = setting.bytes;
      answer(setting.handle, {.type = setting.constant.type, .bytes = setting.bytes});
    } else {
      tell_daemon(control::DropConstant{key_of(setting.constant)});
      answer(setting.handle, {.type = found.constant.type, .is_taken = true});
    }
  }
  std::erase_if(settings_, [&](const Setting& setting) {
    return setting.is_stored && setting.constant.name == found.constant.name;
  });
  return settings_.size() < settled;
}

// --- get ---

void Constants::get(ConstantRequest request, Outbox& out) {
  auto& entry = entries_[request.name];
  entry.askers.push_back({request.asker, std::move(request.type)});
  if (!entry.found) {
    if (!std::exchange(entry.is_sought, true)) out.send(broker_id, FindConstant{request.name});
  } else if (entry.is_here) {
    have(entry, entry.bytes, out);
  } else {
    answer_other_types(entry);
    if (!entry.askers.empty()) take(request.name, entry, true);
  }
}

void Constants::on_found(ConstantFound&& found, TimePoint now, Outbox& out) {
  const std::string name = found.constant.name;
  auto& entry = entries_[name];
  entry.found = std::move(found);
  const bool is_settled = settle_settings(*entry.found, entry);
  const bool was_sought = std::exchange(entry.is_sought, false) || is_settled;
  if (entry.is_here) return have(entry, entry.bytes, out);
  if (entry.pull && entry.pull->from == broker_id) return choose_peer(name, entry, now, out);
  answer_other_types(entry);
  // Unasked, it is told to one who is to save it from a host that leaves.
  if (!was_sought || !entry.askers.empty() || !entry.peers.empty()) take(name, entry, true);
}

void Constants::answer_other_types(Entry& entry) {
  std::erase_if(entry.askers, [&](const Asker& asker) {
    if (asker.type == entry.found->constant.type) return false;
    answer(asker.handle, {.type = entry.found->constant.type});
    return true;
  });
}

void Constants::take(const std::string& name, Entry& entry, bool may_pull) {
  if (std::exchange(entry.is_asked_for, true)) return;
  tell_daemon(control::TakeConstant{{name, entry.found->constant.hash}, may_pull});
}

void Constants::on_given(const Key& key, const UniqueFd& memory, Outbox& out) {
  Entry* const entry = find(key);
  if (entry == nullptr || entry->is_here) return;
  if (!memory) {
    return fail(*entry, "this process may not open more files; raise their number with ulimit -n", out);
  }
  auto bytes = map_sealed(memory);
  if (!bytes) return fail(*entry, bytes.failure().message, out);
  have(*entry, *std::move(bytes), out);
}

void Constants::have(Entry& entry, SharedBytes bytes, Outbox& out) {
  if (auto& hosts = entry.found->hosts; std::ranges::find(hosts, host_) == hosts.end()) {
    hosts.push_back(host_);
    out.send(broker_id, ConstantHeld{entry.found->constant.name});
  }
  entry.is_here = true;
  entry.is_asked_for = false;
  entry.bytes = std::move(bytes);
  entry.pull.reset();
  const auto& type = entry.found->constant.type;
  for (const auto& asker : std::exchange(entry.askers, {})) {
    answer(asker.handle, {.type = type, .bytes = asker.type == type ? entry.bytes : SharedBytes()});
  }
  for (const auto& [peer, ask] : std::exchange(entry.peers, {})) send_part(peer, ask, entry.bytes, out);
}

void Constants::on_refused(const Key& key, const std::string& reason, Outbox& out) {
  const auto is_refused = [&](const Setting& setting) { return !setting.is_stored && key_of(setting.constant) == key; };
  for (const auto& setting : settings_) {
    if (is_refused(setting)) answer(setting.handle, {.failure = reason});
  }
  std::erase_if(settings_, is_refused);
  if (Entry* const entry = find(key); entry != nullptr && !entry->is_here) fail(*entry, reason, out);
}

/// For those who wait; who asks later tries again.
void Constants::fail(Entry& entry, const std::string& reason, Outbox& out) {
  entry.is_asked_for = false;
  entry.pull.reset();
  for (const auto& asker : std::exchange(entry.askers, {})) answer(asker.handle, {.failure = reason});
  for (const auto& [peer, ask] : std::exchange(entry.peers, {})) send_part(peer, ask, {}, out);
}

Constants::Entry* Constants::find(const Key& key) {
  const auto found = entries_.find(key.name);
  if (found == entries_.end() || !found->second.found || found->second.found->constant.hash != key.hash) return nullptr;
  return &found->second;
}

// --- for another host ---

void Constants::on_asked(WorkerId from, AskConstant&& ask, Outbox& out) {
  auto& entry = entries_[ask.name];
  if (entry.is_here) return send_part(from, ask, entry.bytes, out);
  const std::string name = ask.name;
  entry.peers.emplace_back(from, std::move(ask));
  // The broker may not have told us of it; who asks knows.
  if (!entry.found) {
    if (!std::exchange(entry.is_sought, true)) out.send(broker_id, FindConstant{name});
  } else {
    take(name, entry, false);
  }
}

// --- from another host ---

void Constants::on_pull(const Key& key, TimePoint now, Outbox& out) {
  Entry* const entry = find(key);
  if (entry == nullptr || entry->is_here || entry->pull) return;
  auto memory = NewMemory::make(entry->found->constant.size);
  if (!memory) return give_up(*entry, memory.failure().message);
  entry->pull.emplace();
  entry->pull->memory = *std::move(memory);
  if (entry->found->constant.size == 0) return finish_pull(*entry);
  choose_peer(key.name, *entry, now, out);
}

/// Another worker of each host, so that not all ask the same one.
void Constants::choose_peer(const std::string& name, Entry& entry, TimePoint now, Outbox& out) {
  auto& pull = *entry.pull;
  std::vector<WorkerId> holders;
  for (const auto& member : peers_.members()) {
    const auto& hosts = entry.found->hosts;
    if (member.id.host == host_ || std::ranges::find(hosts, member.id.host) == hosts.end()) continue;
    if (std::ranges::find(pull.in_vain, member.id) == pull.in_vain.end()) holders.push_back(member.id);
  }
  if (holders.empty()) {
    if (pull.give_up_at == never) pull.give_up_at = now + holder_limit;
    pull.from = broker_id;
    pull.look_at = now + look_again;
    return;
  }
  pull.from = holders[host_ % holders.size()];
  pull.look_at = pull.give_up_at = never;
  pull.asked = pull.received;
  // Two, so that one is on the way while the other is written.
  ask_part(name, entry, out);
  ask_part(name, entry, out);
}

void Constants::ask_part(const std::string& name, Entry& entry, Outbox& out) {
  auto& pull = *entry.pull;
  const auto bytes = std::min(part_bytes, entry.found->constant.size - pull.asked);
  if (bytes == 0) return;
  out.send(pull.from, AskConstant{name, entry.found->constant.hash, pull.asked, bytes});
  pull.asked += bytes;
}

void Constants::on_part(WorkerId from, const ConstantPart& part, TimePoint now, Outbox& out) {
  Entry* const entry = find({part.name, part.hash});
  if (entry == nullptr || !entry->pull || entry->pull->from != from || entry->pull->received != part.offset) return;
  auto& pull = *entry->pull;
  if (part.bytes.empty() || part.bytes.size() > entry->found->constant.size - pull.received) {
    pull.in_vain.push_back(from);
    return choose_peer(part.name, *entry, now, out);
  }
  if (const auto written = pull.memory->write(part.offset, part.bytes); !written) {
    return give_up(*entry, written.failure().message);
  }
  pull.received += part.bytes.size();
  if (pull.received == entry->found->constant.size) return finish_pull(*entry);
  ask_part(part.name, *entry, out);
}

void Constants::finish_pull(Entry& entry) {
  auto memory = std::move(*entry.pull->memory).seal();
  if (!memory) return give_up(entry, memory.failure().message);
  auto bytes = map_sealed(*memory);
  if (!bytes) return give_up(entry, bytes.failure().message);
  entry.pulled = *std::move(bytes);
  entry.pull.reset();
  tell_daemon(control::PutConstant{key_of(entry.found->constant)}, *std::move(memory));
}

/// The daemon answers with a refusal, to this worker and to all others that wait for it.
void Constants::give_up(Entry& entry, const std::string& reason) {
  entry.pull.reset();
  tell_daemon(control::FailConstant{key_of(entry.found->constant), reason});
}

void Constants::on_lost(WorkerId worker, TimePoint now, Outbox& out) {
  for (auto& [name, entry] : entries_) {
    std::erase_if(entry.peers, [&](const auto& peer) { return peer.first == worker; });
    if (entry.pull && entry.pull->from == worker) choose_peer(name, entry, now, out);
  }
}

void Constants::on_tick(TimePoint now, Outbox& out) {
  for (auto& [name, entry] : entries_) {
    if (!entry.pull || entry.pull->look_at > now) continue;
    if (now >= entry.pull->give_up_at) {
      give_up(entry, "the hosts that had it were lost");
      continue;
    }
    entry.pull->look_at = now + look_again;
    out.send(broker_id, FindConstant{name});  // others may have it by now
  }
}

bool Constants::is_awaited() const {
  return std::ranges::any_of(entries_, [](const auto& item) {
    const Entry& entry = item.second;
    return entry.found && !entry.is_here && !entry.askers.empty();
  });
}

TimePoint Constants::next_deadline() const {
  TimePoint deadline = never;
  for (const auto& [name, entry] : entries_) {
    if (entry.pull) deadline = std::min(deadline, entry.pull->look_at);
  }
  return deadline;
}

}  // namespace scoop

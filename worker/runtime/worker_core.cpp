#include "worker/runtime/worker_core.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

namespace {

// Results, and tasks lent anew, beyond it go in another message.
constexpr std::size_t message_bytes = 1024 * 1024;

}  // namespace

WorkerCore::WorkerCore(WorkerSettings settings, Runtime& runtime)
    : settings_(std::move(settings)),
      runtime_(runtime),
      peers_(settings_.expected),
      hunger_(settings_.patience),
      appraisal_(settings_.appraisal),
      constants_(settings_.self.id.host, peers_) {
  peers_.learn(settings_.self);
}

void WorkerCore::start(TimePoint now, Outbox& out) {
  // From now on, since the Welcome may be long on its way, and silence is taken for death.
  heartbeat_at_ = now + settings_.heartbeat_every;
  out.send(broker_id, hello());
}

Hello WorkerCore::hello() const {
  return {.abi = settings_.abi, .self = settings_.self, .modules = settings_.modules, .lost = peers_.lost()};
}

class WorkerCore::GreetingOutbox final : public Outbox {
 public:
  GreetingOutbox(WorkerCore& core, Outbox& out) : core_(core), out_(out) {}
  void send(WorkerId to, Message message) override { core_.send(to, std::move(message), out_); }
  void drop(const LostWorker& peer) override { out_.drop(peer); }

 private:
  WorkerCore& core_;
  Outbox& out_;
};

struct WorkerCore::Handler {
  WorkerCore& core;
  WorkerId from;
  TimePoint now;
  Outbox& out;

  void operator()(Hello&& hello) {
    core.learn(hello.self);
    for (const auto& worker : hello.lost) core.lose(worker, now, out);
  }
  void operator()(Welcome&& welcome) {
    for (const auto& member : welcome.members) core.peers_.learn(member);
    for (const auto& worker : welcome.lost) core.lose(worker, now, out);
    core.welcome_ = true;
    core.events_.push_back(PoolJoined{core.pool_size()});
    core.look_before(now);
  }
  void operator()(Refused&& refused) { core.refused_ = std::move(refused.reason); }
  void operator()(Joined&& joined) { core.learn(joined.member); }
  void operator()(Lost&& lost) { core.lose(lost.worker, now, out); }
  void operator()(Feed&& feed) {
    core.learn(feed.thief);
    if (core.peers_.is_lost(feed.thief.id) || core.peers_.is_draining(feed.thief.id)) return;
    // Most likely it crossed with our Hungry, and the broker has taken it back. But where a Surplus followed that, an
    // earlier order may have been counted in this one's place, and then the broker believes that it stands.
    if (core.hunger_.told_broker() && !core.orders_.is_believed()) return out.send(broker_id, Surplus{0});
    core.orders_.on_feed(feed.thief.id);
    core.look_before(now);
  }
  void operator()(Unfeed&& unfeed) { core.orders_.on_unfeed(unfeed.thief); }
  void operator()(Tasks&& tasks) {
    if (core.is_draining_) {
      std::vector<HeldTask> unwanted;
      for (const auto& task : tasks.tasks) unwanted.push_back({from, task.attempt, task.interval});
      core.release({}, unwanted, out);
      return;
    }
    for (auto& task : tasks.tasks) core.runtime_.hold({from, task.attempt, task.interval}, std::move(task.work));
    core.hunger_.on_fed(from, out);
    // None: what we were promised could not be sent. Still hungry, then, and the broker has to hear of it anew.
    if (tasks.tasks.empty()) core.look_before(now);
    if (core.orders_.wanted()) core.look_before(now + core.settings_.look_again);
  }
  void operator()(Results&& results) {
    core.on_results(from, std::move(results), now);
    core.part_from(from, out);
  }
  void operator()(Release&& release) {
    core.on_release(from, std::move(release), now, out);
    core.part_from(from, out);
  }
  void operator()(Drain&&) {
    if (std::exchange(core.is_draining_, true)) return;
    core.hunger_.withdraw(out);
    core.events_.push_back(DrainBegun{});
    core.look_before(now);
  }
  void operator()(Draining&& draining) {
    core.peers_.drain(draining.worker);
    core.orders_.on_lost(draining.worker);
    core.part_from(draining.worker, out);
  }
  void operator()(Cancel&& cancel) {
    std::vector<HeldTask> not_begun;
    for (const Attempt attempt : cancel.attempts)
      if (const auto held = core.runtime_.cancel_held(from, attempt)) not_begun.push_back(*held);
    core.release({}, not_begun, out);
    const auto runs = [&](Attempt attempt) { return core.runtime_.is_running(from, attempt); };
    if (cancel.kill && !core.settings_.self.is_origin && std::ranges::any_of(cancel.attempts, runs)) {
      core.is_to_be_ended_ = true;
      return;
    }
    core.send(from, Cancelled{std::move(cancel.attempts)}, out);
    core.look_before(now);  // perhaps nothing is left to run
  }
  void operator()(Cancelled&& cancelled) {
    for (const Attempt attempt : cancelled.attempts) core.cancellations_.on_answer(from, attempt);
    core.answer_cancels();
  }
  void operator()(ConstantFound&& found) {
    GreetingOutbox greeting(core, out);
    core.constants_.on_found(std::move(found), now, greeting);
  }
  void operator()(AskConstant&& ask) {
    GreetingOutbox greeting(core, out);
    core.constants_.on_asked(from, std::move(ask), greeting);
  }
  void operator()(ConstantPart&& part) {
    GreetingOutbox greeting(core, out);
    core.constants_.on_part(from, part, now, greeting);
  }
  void operator()(Heartbeat&&) {}
  // What nobody says to a worker.
  void operator()(Hungry&&) {}
  void operator()(Sated&&) {}
  void operator()(Surplus&&) {}
  void operator()(Piece&&) {}
  void operator()(Parted&&) {}
  void operator()(SetConstant&&) {}
  void operator()(FindConstant&&) {}
  void operator()(ConstantHeld&&) {}
  void operator()(Drained&&) {}
};

void WorkerCore::on_message(WorkerId from, Message message, TimePoint now, Outbox& out) {
  if (has_ended() || peers_.is_lost(from)) return;
  std::visit(Handler{*this, from, now, out}, std::move(message));
}

void WorkerCore::on_request(ConstantRequest request, Outbox& out) {
  GreetingOutbox greeting(*this, out);
  constants_.on_request(std::move(request), greeting);
}

void WorkerCore::on_daemon(const control::ConstantStored& stored, Outbox& out) {
  GreetingOutbox greeting(*this, out);
  constants_.on_stored(stored.key, greeting);
}

void WorkerCore::on_daemon(const control::ConstantGiven& given, const UniqueFd& memory, Outbox& out) {
  GreetingOutbox greeting(*this, out);
  constants_.on_given(given.key, memory, greeting);
}

void WorkerCore::on_daemon(const control::PullConstant& pull, TimePoint now, Outbox& out) {
  GreetingOutbox greeting(*this, out);
  constants_.on_pull(pull.key, now, greeting);
}

void WorkerCore::on_daemon(const control::ConstantRefused& refused, Outbox& out) {
  GreetingOutbox greeting(*this, out);
  constants_.on_refused(refused.key, refused.reason, greeting);
}

void WorkerCore::on_work(TimePoint now, Outbox& out) { look(now, out); }

void WorkerCore::on_tick(TimePoint now, Outbox& out) {
  if (has_ended()) return;
  if (now >= heartbeat_at_) {
    heartbeat_at_ = now + settings_.heartbeat_every;
    out.send(broker_id, Heartbeat{});
  }
  bool told = hunger_.told_broker();
  hunger_.on_tick(now, out);
  if (!told && hunger_.told_broker()) {
    orders_.on_hungry();
    look_at_ = now;
  }
  if (now >= look_at_) look(now, out);
  if (constants_.next_deadline() <= now) constants_.on_tick(now, out);
}

TimePoint WorkerCore::next_deadline() const {
  return has_ended() ? never : std::min({heartbeat_at_, look_at_, hunger_.next_deadline(), constants_.next_deadline()});
}

// --- members ---

void WorkerCore::learn(const Member& member) {
  if (peers_.find(member.id) == nullptr && peers_.learn(member)) events_.push_back(PeerJoined{member});
}

void WorkerCore::lose(const LostWorker& worker, TimePoint now, Outbox& out) {
  if (worker.id == settings_.self.id) {
    declared_lost_ = worker;
    return;
  }
  if (!peers_.lose(worker)) return;
  out.drop(worker);
  orders_.on_lost(worker.id);
  hunger_.on_lost(worker.id, now);
  runtime_.drop_held(worker.id);
  GreetingOutbox greeting(*this, out);
  constants_.on_lost(worker.id, now, greeting);
  PeerLost event{worker};
  take_back(worker, event);
  cancellations_.on_lost(worker.id);
  answer_cancels();
  if (event.restored > 0 || event.failed > 0) look_before(now);
  events_.push_back(std::move(event));
}

void WorkerCore::take_back(const LostWorker& worker, PeerLost& event) {
  auto entries = table_.take_back(worker.id);
  // Each goes to the oldest end of the queue, so the oldest comes last.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (worker.cause.is_wanted && cancellations_.may_kill(entry->task)) {
      runtime_.cancel(entry->task, entry->interval);
      continue;
    }
    auto losses = entry->losses + (worker.cause.is_wanted ? 0 : 1);
    if (losses <= entry->retries) {
      runtime_.restore(entry->task, entry->interval, losses);
      ++event.restored;
    } else {
      runtime_.fail(entry->task, entry->interval, worker, losses);
      ++event.failed;
    }
  }
}

void WorkerCore::send(WorkerId to, Message message, Outbox& out) {
  if (peers_.must_greet(to)) out.send(to, hello());
  out.send(to, std::move(message));
}

std::vector<WorkerEvent> WorkerCore::take_events() { return std::exchange(events_, {}); }

// --- the owner's side ---

void WorkerCore::on_results(WorkerId from, Results results, TimePoint now) {
  std::size_t rejected = 0;
  for (auto& result : results.results) {
    if (auto lent = table_.accept(from, result.attempt, result.interval))
      runtime_.deliver(lent->task, lent->interval, std::move(result.result), lent->losses);
    else
      ++rejected;
  }
  if (rejected > 0) events_.push_back(ResultsRejected{from, rejected});
  // A fiber may have been waiting for it, and then we are no longer hungry.
  if (hunger_.is_idle()) look_before(now + settings_.patience);
  if (results.hungry && !peers_.is_draining(from)) {
    orders_.on_asked(from);
    look_before(now);
  } else {
    orders_.on_not_asked(from);
  }
}

void WorkerCore::on_release(WorkerId from, Release release, TimePoint now, Outbox& out) {
  std::vector<LendingTable::Entry> entries;
  entries.reserve(release.tasks.size());
  for (const auto& task : release.tasks)
    if (auto entry = table_.release(from, task.attempt, task.interval)) entries.push_back(*entry);
  if (auto rejected = release.tasks.size() - entries.size())
    events_.push_back(ReleasesRejected{from, static_cast<std::size_t>(rejected)});
  std::erase_if(entries, [&](const LendingTable::Entry& entry) {
    const bool is_cancelled = cancellations_.covers(entry.task);
    if (is_cancelled) runtime_.cancel(entry.task, entry.interval);
    return is_cancelled;
  });
  if (release.to.id != broker_id) learn(release.to);
  const bool may_have_it = peers_.find(release.to.id) != nullptr && !peers_.is_draining(release.to.id);
  if (release.to.id != settings_.self.id && may_have_it) return relend(entries, release.to.id, out);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    runtime_.restore(entry->task, entry->interval, entry->losses);
  if (release.to.id == settings_.self.id) hunger_.on_fed(from, out);
  look_before(now);
}

// All that it had of us has come back, and it gets no more: by this the broker knows that it may go. Said again, it
// changes nothing.
void WorkerCore::part_from(WorkerId worker, Outbox& out) {
  if (peers_.is_draining(worker) && !table_.has_lent_to(worker)) out.send(broker_id, Parted{worker});
}

void WorkerCore::begin_cancels(Outbox& out) {
  const auto requests = runtime_.take_cancels();
  std::vector<std::pair<WorkerId, Cancel>> messages;
  for (const CancelRequest& request : requests) {
    auto holders = table_.holders_of(request.task);
    for (const auto& [attempt, holder] : holders) {
      auto it = std::ranges::find_if(messages, [&](const auto& message) {
        return message.first == holder && message.second.kill == request.kill;
      });
      if (it == messages.end()) it = messages.insert(it, {holder, Cancel{{}, request.kill}});
      it->second.attempts.push_back(attempt);
    }
    cancellations_.begin(request, std::move(holders));
  }
  for (auto& [holder, message] : messages) send(holder, std::move(message), out);
  if (!requests.empty()) answer_cancels();
}

void WorkerCore::answer_cancels() {
  for (const TaskHandle ticket : cancellations_.take_answered()) runtime_.answer_cancel(ticket);
}

void WorkerCore::give_back_held(Outbox& out) {
  const TakeLimit all{.share = 1, .last_too = true};
  for (auto held = runtime_.take_held(all); !held.empty(); held = runtime_.take_held(all)) release({}, held, out);
}

void WorkerCore::relend(const std::vector<LendingTable::Entry>& entries, WorkerId to, Outbox& out) {
  Tasks message;
  std::size_t bytes = 0;
  for (auto entry : entries) {
    auto work = runtime_.encode(entry.task, entry.interval);
    if (!work) continue;
    if (bytes >= message_bytes) {
      send(to, std::exchange(message, {}), out);
      bytes = 0;
    }
    bytes += work->size();
    entry.holder = to;
    message.tasks.push_back({table_.lend(entry), entry.interval, std::move(*work)});
  }
  // Even if nothing is left of it: the order that brought us this was used up, and the thief has to know.
  send(to, std::move(message), out);
}

// --- victim and thief ---

void WorkerCore::look_before(TimePoint deadline) { look_at_ = std::min(look_at_, deadline); }

void WorkerCore::look(TimePoint now, Outbox& out) {
  if (!welcome_ || has_ended()) return;
  look_at_ = never;
  begin_cancels(out);
  if (is_draining_) give_back_held(out);
  bool watched = orders_.wanted();
  auto load = runtime_.load(watched);
  bool wants = load.idle && !load.saturated && load.held == 0 && !is_draining_ && !constants_.is_awaited();
  auto asked = flush(load, wants, now, out);
  bool told = hunger_.told_broker();
  if (wants)
    hunger_.on_idle(asked, now, out);
  else
    hunger_.on_busy(now);
  if (!told && hunger_.told_broker()) orders_.on_hungry();
  if (!watched && orders_.wanted()) load = runtime_.load(true);
  if (orders_.wanted()) feed(load, now, out);
  const bool has_work = load.queued > 0 || load.held > 0 || table_.size() > 0;
  if (is_draining_ && load.at_rest && !has_work && !std::exchange(is_drained_, true)) out.send(broker_id, Drained{});
}

WorkerId WorkerCore::flush(const Load& load, bool wants, TimePoint now, Outbox& out) {
  bool more_to_come = !load.idle && load.held > 0;
  if (more_to_come && now - flushed_at_ < settings_.flush_every) {
    look_before(flushed_at_ + settings_.flush_every);
    return broker_id;
  }
  auto finished = runtime_.take_finished();
  std::erase_if(finished, [&](const FinishedTask& task) { return peers_.find(task.owner) == nullptr; });
  if (finished.empty()) return broker_id;
  flushed_at_ = now;
  auto asked = wants && hunger_.may_ask() ? finished.back().owner : broker_id;
  bool one_owner = std::ranges::all_of(finished, [&](auto& task) { return task.owner == finished.front().owner; });
  if (!one_owner) std::ranges::stable_sort(finished, {}, &FinishedTask::owner);
  for (auto task = finished.begin(); task != finished.end();) {
    auto owner = task->owner;
    Results message;
    std::size_t bytes = 0;
    for (; task != finished.end() && task->owner == owner && bytes < message_bytes; ++task) {
      bytes += task->result.size();
      message.results.push_back({task->attempt, task->interval, std::move(task->result)});
    }
    bool last = task == finished.end() || task->owner != owner;
    message.hungry = last && owner == asked;
    if (!message.hungry) hunger_.on_not_asked(owner);
    send(owner, std::move(message), out);
  }
  return asked;
}

void WorkerCore::feed(const Load& load, TimePoint now, Outbox& out) {
  auto left = load.queued + load.held;
  auto verdict = appraisal_.judge(load, now);
  if (verdict != Appraisal::Verdict::nothing) {
    while (!orders_.empty()) {
      auto given = feed_first(verdict, out);
      if (given == 0 && verdict == Appraisal::Verdict::share && appraisal_.has_waited())
        given = feed_first(Appraisal::Verdict::oldest, out);
      if (given == 0) break;
      left -= std::min(left, given);
    }
    if (orders_.should_report() && left > 0) {
      // Idle, and yet it has something: what it leaves to others. Then it is hungry all the same.
      if (!load.idle) hunger_.on_surplus(out);
      orders_.on_reported(left);
      out.send(broker_id, Surplus{left});
    }
  }
  if (orders_.should_retract()) {
    orders_.on_reported(0);
    out.send(broker_id, Surplus{0});
  }
  // Without movable work the watch tells us; with work that is not worth it, or not yet, we have to look ourselves.
  if (orders_.wanted() && load.queued + load.held > 0) look_before(now + settings_.look_again);
}

std::uint64_t WorkerCore::feed_first(Appraisal::Verdict verdict, Outbox& out) {
  auto thief = orders_.first();
  TakeLimit limit{.share = static_cast<std::uint32_t>(orders_.size() + 1)};
  limit.last_too = verdict != Appraisal::Verdict::share;
  if (verdict == Appraisal::Verdict::share) limit.worth = settings_.appraisal.round_trips;
  if (verdict == Appraisal::Verdict::oldest) limit.tasks = 1;
  auto given = lend(thief, runtime_.take_oldest(limit), out);
  if (given == 0) given = release(*peers_.find(thief), runtime_.take_held(limit), out);
  if (given > 0) orders_.on_fed_first();
  return given;
}

std::uint64_t WorkerCore::lend(WorkerId thief, std::vector<TakenTask> taken, Outbox& out) {
  if (taken.empty()) return 0;
  std::uint64_t given = 0;
  Tasks message;
  message.tasks.reserve(taken.size());
  for (auto& task : taken) {
    given += task.interval.size();
    auto attempt = table_.lend({task.task, task.interval, thief, task.losses, task.retries});
    message.tasks.push_back({attempt, task.interval, std::move(task.work)});
  }
  send(thief, std::move(message), out);
  return given;
}

std::uint64_t WorkerCore::release(const Member& to, const std::vector<HeldTask>& held, Outbox& out) {
  std::uint64_t given = 0;
  std::vector<std::pair<WorkerId, Release>> messages;
  for (const auto& task : held) {
    given += task.interval.size();
    auto it = std::ranges::find(messages, task.owner, [](const auto& entry) { return entry.first; });
    if (it == messages.end()) it = messages.insert(it, {task.owner, Release{{}, to}});
    it->second.tasks.push_back({task.attempt, task.interval});
  }
  for (auto& [owner, message] : messages) send(owner, std::move(message), out);
  return given;
}

}  // namespace scoop

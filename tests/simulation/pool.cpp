#include "tests/simulation/pool.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/node.hpp"
#include "tests/simulation/violation.hpp"

namespace scoop::simulation {

using namespace std::chrono_literals;

namespace {

// A pool that takes longer has stopped for good, or goes round in circles.
constexpr Duration time_limit = 300s;
constexpr std::uint64_t event_limit = 2'000'000;
constexpr Duration watched_closely = 200ms;
// Everything is still for so long before the last look: longer than every pause of a core.
constexpr Duration quiet_time = 50ms;

}  // namespace

Pool::Pool(const Scenario& scenario, Program program, Random& random, std::ostream* trace)
    : scenario_(scenario), random_(random), trace_(trace), program_(std::move(program)), network_(scenario, random) {
  broker_ = std::make_unique<BrokerNode>(*this, now_);
  for (std::size_t i = 1; i <= scenario.workers; ++i) {
    WorkerId id{static_cast<std::uint16_t>(scenario.two_hosts ? i % 2 : 0), static_cast<std::uint16_t>(i), 1};
    workers_.push_back(std::make_unique<Worker>(*this, i, id));
    const auto late = std::ranges::find(scenario.late, i, &Move::node);
    const Duration begin = late == scenario.late.end() ? random_.between(0us, 3ms) : late->at;
    schedule(now_ + begin, What::start, i);
    if (late != scenario.late.end()) calm_from_ = std::max(calm_from_, now_ + begin + 3ms);
  }
  for (const auto& drain : scenario.drains) {
    schedule(now_ + drain.at, What::drain, 0, drain.node);
    calm_from_ = std::max(calm_from_, now_ + drain.at);
  }
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const auto& fault = scenario.faults[i];
    schedule(now_ + fault.at, What::fault, fault.node, i);
    calm_from_ = std::max(calm_from_, now_ + fault.at + fault.length);
    for (auto node : {fault.node, fault.other})
      if (node > 0) workers_[node - 1]->disturbed += fault.length;
  }
  for (const auto& block : scenario.blocks) {
    calm_from_ = std::max(calm_from_, now_ + block.begin);
    if (block.end != Duration::max()) calm_from_ = std::max(calm_from_, now_ + block.end);
  }
  schedule(now_, What::monitor, 0);
}

Pool::~Pool() = default;

Outcome Pool::run() {
  while (outcome_.end.empty()) {
    auto event = events_.top();
    events_.pop();
    now_ = event.at;
    if (++outcome_.events > event_limit) hang("it goes round in circles");
    handle(event);
  }
  outcome_.took = now_ - begin_;
  if (main_done_at_ != never) outcome_.main_took = main_done_at_ - begin_;
  for (const auto& worker : workers_) {
    outcome_.tasks_run += worker->executor.tasks_run();
    outcome_.executors += worker->executor.tasks_run() > 0 ? 1 : 0;
  }
  return outcome_;
}

void Pool::schedule(TimePoint at, What what, std::size_t node, std::uint64_t detail) {
  events_.push({std::max(at, now_), ++events_so_far_, what, static_cast<std::uint32_t>(node), detail});
}

void Pool::handle(const Event& event) {
  // These are not the node's own doing.
  if (event.what == What::monitor) return monitor();
  if (event.what == What::fault) return on_fault(scenario_.faults[event.detail]);
  auto& at = node(event.node);
  if (!at.is_alive) {
    if (event.what == What::frame) free_slots_.push_back(event.detail);
    return;
  }
  if (now_ < at.frozen_until) {
    auto later = event;
    later.at = at.frozen_until;
    return events_.push(later);
  }
  switch (event.what) {
    case What::frame:
      on_frame(at, event.detail);
      break;
    case What::timer:
      if (event.at >= at.timer_at) at.timer_at = never;
      at.on_tick(now_);
      break;
    case What::signal:
      worker(event.node).on_signal(now_);
      break;
    case What::resume:
      if (event.detail != worker(event.node).turn) return;
      worker(event.node).executor.resume();
      break;
    case What::start:
      worker(event.node).start(now_);
      break;
    case What::drain:
      worker(event.detail).is_leaving = true;
      static_cast<BrokerNode&>(at).on_drain(worker(event.detail).id, now_);
      break;
    case What::stop:
      worker(event.node).has_left = true;
      crash(worker(event.node), {.text = "left"});
      return;
    case What::ended:
      static_cast<BrokerNode&>(at).on_ended(worker(event.detail), now_);
      break;
    case What::fault:
    case What::monitor:
      break;
  }
  settle(at);
}

void Pool::on_frame(Node& at, std::uint64_t slot) {
  auto frame = std::exchange(frames_[slot], {});
  free_slots_.push_back(slot);
  at.on_frame(frame, now_);
}

void Pool::on_fault(const Fault& fault) {
  auto& at = node(fault.node);
  if (!at.is_alive) return;
  if (fault.kind == Fault::Kind::crash)
    return crash(worker(fault.node), {.signal = 9, .text = "killed by signal 9 (Killed)"});
  if (fault.kind == Fault::Kind::freeze) {
    tell(at, "is frozen for " + std::to_string(fault.length / 1ms) + " ms");
    at.frozen_until = std::max(at.frozen_until, now_ + fault.length);
  } else {
    tell(at, "is cut from " + to_string(node(fault.other).id) + " for " + std::to_string(fault.length / 1ms) + " ms");
    network_.cut(fault.node, fault.other, now_ + fault.length);
  }
}

void Pool::crash(Worker& ended, LossCause cause) {
  tell(ended, "ends: " + cause.text);
  ended.is_alive = false;
  quiet_since_ = never;
  ended.cause = std::move(cause);
  // Its parent sees it.
  schedule(now_ + random_.between(1ms, 20ms), What::ended, 0, ended.index);
  if (ended.index == 1) outcome_.end = "origin lost";
}

/// What the broker believes: nothing is left at it, nothing comes to it, and nobody waits for it.
void Pool::require_gone_in_peace(const Worker& left) const {
  require(left.is_leaving, "a worker left that was to stay");
  require(left.executor.leftovers().empty() && left.core.lent() == 0, "a worker left that had something to do");
  const auto& members = static_cast<const BrokerNode&>(*broker_).broker.workers();
  for (const auto& other : workers_) {
    if (members.find(other->id) != nullptr)
      require(!other->core.has_lent_to(left.id), "a worker left to which another had lent");
  }
}

void Pool::settle(Node& at) {
  at.check(now_);
  auto deadline = at.next_deadline();
  if (!at.is_alive || deadline >= at.timer_at) return;
  at.timer_at = deadline;
  // A loop is never quite on time, but for what has to be done in the same round.
  schedule(deadline <= now_ ? now_ : deadline + random_.between(0us, 60us), What::timer, at.index);
}

void Pool::on_main_done(const FalseExecutor& origin) {
  if (main_done_at_ != never) return;
  main_done_at_ = now_;
  tell(*workers_[0], "has done main");
  std::uint64_t failures = 0;
  for (const auto& worker : workers_) failures += worker->executor.failures();
  if (origin.main_failed()) {
    require(failures > 0, "the program failed for no reason");
  } else {
    require(origin.main_value() == program_.tasks[0].value, "the program's result is wrong");
  }
}

void Pool::monitor() {
  auto passed = now_ - begin_;
  if (passed > time_limit) hang("it does not end");
  require_fed();
  if (main_done_at_ != never) {
    if (!is_quiet())
      quiet_since_ = never;
    else if (quiet_since_ == never)
      quiet_since_ = now_;
    if (quiet_since_ != never && now_ - quiet_since_ >= quiet_time) {
      require_agreement();
      outcome_.end = workers_[0]->executor.main_failed() ? "failed" : "done";
    }
  }
  schedule(now_ + (passed < watched_closely ? 1ms : 20ms), What::monitor, 0);
}

/// No worker stays hungry while another has something to give.
void Pool::require_fed() const {
  Duration bound = 20s;
  if (scenario_.is_clean()) bound = 5ms + 20 * scenario_.delay_max;
  if (scenario_.is_clean_but_for_blocks()) bound = 1500ms;  // to take it for blocked and to go by the broker
  auto since = std::max(calm_from_, begin_ + 3ms);
  auto is_long = [&](TimePoint from) { return from != never && now_ - std::max(from, since) > bound; };
  for (const auto& thief : workers_) {
    if (!thief->can_work(now_) || thief->is_leaving || !thief->executor.is_asleep() ||
        !is_long(thief->executor.asleep_since()))
      continue;
    if (thief->executor.queued() > 0 || thief->executor.is_saturated()) continue;
    for (const auto& victim : workers_) {
      if (victim == thief || !victim->can_work(now_) || !is_long(victim->executor.surplus_since(2ms))) continue;
      hang(to_string(thief->id) + " is hungry and not fed while " + to_string(victim->id) + " has surplus");
    }
  }
}

bool Pool::is_quiet() const {
  if (now_ < broker_->frozen_until || !broker_->links.is_quiet()) return false;
  return std::ranges::all_of(workers_, [&](const auto& worker) {
    return !worker->is_alive ||
           (worker->can_work(now_) && !worker->is_leaving && worker->executor.is_asleep() && worker->links.is_quiet() &&
            worker->executor.leftovers().empty() && worker->core.lent() == 0);
  });
}

/// At the end, when nothing moves: everybody sees the same pool, and everybody is hungry.
void Pool::require_agreement() const {
  const auto& broker = static_cast<const BrokerNode&>(*broker_).broker;
  auto alive = static_cast<std::size_t>(std::ranges::count_if(workers_, &Worker::is_alive));
  require(broker.workers().size() == alive, "the broker counts other workers than there are");
  require(broker.matching().hungry() == alive, "a worker is idle and the broker does not know it");
  for (const auto& worker : workers_)
    if (worker->is_alive) require(worker->core.pool_size() == alive, "a worker counts other workers than there are");
}

void Pool::hang(const std::string& why) const {
  std::string text = why;
  for (const auto& worker : workers_) {
    text += "\n  " + to_string(worker->id) + (worker->is_alive ? ": " : " (ended): ") + worker->executor.leftovers();
    if (worker->is_alive && worker->executor.is_asleep()) text += " (asleep)";
    if (auto lent = worker->core.lent(); lent > 0) text += ", " + std::to_string(lent) + " lent";
    if (!worker->links.is_quiet()) text += ", links not quiet";
  }
  text += "\n  the broker knows " +
          std::to_string(static_cast<const BrokerNode&>(*broker_).broker.matching().hungry()) + " to be hungry";
  throw Violation(text);
}

void Pool::transmit(const Node& from, Node* to, Frame frame) {
  ++outcome_.frames;
  require(to != nullptr, "a frame was sent to nobody");
  frame.by_broker = from.index == 0;
  auto arrival = is_blocked(from, *to) ? never : network_.arrival(from.index, to->index, now_);
  if (trace_ != nullptr) tell_frame(from, to->id, frame, arrival);
  if (arrival == never) return;
  if (free_slots_.empty()) {
    free_slots_.push_back(frames_.size());
    frames_.emplace_back();
  }
  auto slot = free_slots_.back();
  free_slots_.pop_back();
  frames_[slot] = std::move(frame);
  schedule(arrival, What::frame, to->index, slot);
}

bool Pool::is_blocked(const Node& from, const Node& to) const {
  return network_.is_blocked(from.index, to.index, now_ - begin_);
}

Pool::Node* Pool::find(WorkerId id) {
  if (id == broker_id) return broker_.get();
  auto it = std::ranges::find(workers_, id, [](const auto& worker) { return worker->id; });
  return it == workers_.end() ? nullptr : it->get();
}

Pool::Node& Pool::node(std::size_t index) { return index == 0 ? *broker_ : *workers_[index - 1]; }
Pool::Worker& Pool::worker(std::size_t index) { return *workers_[index - 1]; }

}  // namespace scoop::simulation

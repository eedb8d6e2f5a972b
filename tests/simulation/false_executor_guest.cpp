// What the communication thread asks of a false executor.
#include <algorithm>
#include <cstring>
#include <utility>

#include "tests/simulation/false_executor.hpp"
#include "tests/simulation/violation.hpp"

namespace scoop::simulation {

using namespace std::chrono_literals;

namespace {

template <class T>
void append(Bytes& bytes, const T& value) {
  bytes.resize(bytes.size() + sizeof value);
  std::memcpy(bytes.data() + bytes.size() - sizeof value, &value, sizeof value);
}

template <class T>
T read(const SharedBytes& bytes, std::size_t at) {
  require(bytes.size() >= at + sizeof(T), "work or a result came in pieces");
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

FalseExecutor::Own& FalseExecutor::own(TaskHandle task) const {
  require(task >= 1 && task <= own_.size() && own_[task - 1] != nullptr,
          "a task was touched that its program had done with");
  return *own_[task - 1];
}

void FalseExecutor::move(TaskHandle task, Interval interval, Place from, Place to) {
  auto& places = own(task).places;
  require(interval.lo < interval.hi && interval.hi <= places.size(), "an interval is not inside its task");
  for (auto i = interval.lo; i < interval.hi; ++i) {
    require(places[i] == from, to == Place::done ? "a result came for what was not lent, or came twice"
                                                 : "an index was moved that was somewhere else");
    places[i] = to;
  }
}

Load FalseExecutor::load(bool watch) {
  Load load;
  for (const auto& item : queue_) load.queued += item.left.size();
  load.queued = std::min<std::uint64_t>(load.queued, 1000);
  if (!queue_.empty()) load.oldest = queue_.front().task;
  for (const auto& held : held_) load.held += held.task.interval.hi - held.next;
  load.progress = progress_;
  load.idle = is_asleep() || polls_in_vain_;
  load.at_rest = is_asleep() && fibers_.empty() && inbox_.empty();
  load.saturated = is_saturated();
  load.asked_done = std::exchange(asked_done_, false);
  if (watch && queue_.empty()) watched_ = true;
  return load;
}

Duration FalseExecutor::task_time() const {
  return progress_ > 0 ? busy_ / static_cast<Duration::rep>(progress_) : Duration::zero();
}

bool FalseExecutor::is_worth(const TakeLimit& limit) const {
  Duration work{};
  for (const auto& item : queue_) {
    const auto& task = own(item.task);
    bool is_range = program_.tasks[task.plan].elements > 0;
    auto each = is_range ? task.per_element : task_time();
    if (each == Duration::zero()) return true;
    work += each * static_cast<Duration::rep>(item.left.size());
  }
  return work >= limit.worth;
}

std::vector<FalseExecutor::Queued> FalseExecutor::cut_oldest(const TakeLimit& limit) {
  std::vector<Queued> cuts;
  if (queue_.empty() || !is_worth(limit)) return cuts;
  auto queued = queue_.size();
  auto want = std::min<std::uint64_t>(limit.tasks, (queued + limit.share - 1) / limit.share);
  if (auto each = task_time(); each > Duration::zero())
    want = std::min(want, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(limit.work / each)));
  for (auto item = queue_.begin(); item != queue_.end() && cuts.size() < want;) {
    if (item->losses == 0 && own(item->task).cancel_asked) {
      ++item;
      continue;
    }
    auto left = item->left.size();
    auto give = left == 1 ? (limit.last_too || queued > 1 ? 1 : 0) : (left + limit.share - 1) / limit.share;
    if (give > 0) {
      cuts.push_back({item->task, {item->left.hi - give, item->left.hi}, item->losses, item->since});
      item->left.hi -= give;
    }
    item = item->left.size() == 0 ? queue_.erase(item) : item + 1;
  }
  return cuts;
}

std::vector<TakenTask> FalseExecutor::take_oldest(const TakeLimit& limit) {
  require(limit.share >= 1, "a share of nothing was asked for");
  std::vector<TakenTask> taken;
  auto cuts = cut_oldest(limit);
  std::uint64_t bytes = 0;
  std::size_t given = 0;
  for (; given < cuts.size() && bytes < limit.bytes; ++given) {
    const auto& cut = cuts[given];
    move(cut.task, cut.left, Place::queued, Place::lent);
    auto work = encode(cut.task, cut.left);
    if (!work) continue;
    bytes += work->size();
    taken.push_back({cut.task, cut.left, cut.losses, program_.tasks[own(cut.task).plan].retries, *std::move(work)});
  }
  for (auto i = cuts.size(); i-- > given;) queue_.push_front(cuts[i]);
  return taken;
}

std::optional<SharedBytes> FalseExecutor::encode(TaskHandle task, Interval interval) {
  auto plan = own(task).plan;
  move(task, interval, Place::lent, Place::lent);
  if (!program_.tasks[plan].can_be_sent) {
    push_delivery(task, interval, Place::lent, {.value = 0, .failed = true});
    ++failures_;
    return std::nullopt;
  }
  Bytes work;
  append(work, plan);
  work.resize(work.size() + program_.tasks[plan].padding);
  return work;
}

void FalseExecutor::restore(TaskHandle task, Interval interval, std::uint32_t losses) {
  move(task, interval, Place::lent, Place::queued);
  queue_.push_front({task, interval, losses, host_.now()});
  notify();
}

void FalseExecutor::deliver(TaskHandle task, Interval interval, SharedBytes result, std::uint32_t) {
  push_delivery(task, interval, Place::lent, {read<std::uint64_t>(result, 0), read<char>(result, 8) != 0});
}

void FalseExecutor::fail(TaskHandle task, Interval interval, const LostWorker& worker, std::uint32_t losses) {
  require(host_.is_lost(worker.id), "a task failed for a worker that lives");
  require(losses > program_.tasks[own(task).plan].retries, "a task failed that could be tried again");
  ++failures_;
  push_delivery(task, interval, Place::lent, {.value = 0, .failed = true});
}

void FalseExecutor::push_delivery(TaskHandle task, Interval interval, Place from, const Outcome& outcome) {
  move(task, interval, from, Place::done);
  inbox_.push_back({.task = task, .interval = interval, .outcome = outcome});
  notify();
}

std::vector<CancelRequest> FalseExecutor::take_cancels() { return std::exchange(cancels_, {}); }

void FalseExecutor::cancel(TaskHandle task, Interval interval) {
  require(own(task).cancel_asked, "a task was cancelled that nobody wanted cancelled");
  ++failures_;
  push_delivery(task, interval, Place::lent, {.value = 0, .failed = true});
}

void FalseExecutor::answer_cancel(TaskHandle ticket) {
  require(own(ticket).canceller != nullptr, "a request to cancel was answered twice, or never made");
  inbox_.push_back({.task = ticket, .interval = {}, .outcome = {}, .is_answer = true});
  notify();
}

std::optional<HeldTask> FalseExecutor::cancel_held(WorkerId owner, Attempt attempt) {
  const auto held = std::ranges::find_if(held_, [&](const Held& entry) {
    return entry.task.owner == owner && entry.task.attempt == attempt && entry.has_left();
  });
  if (held == held_.end()) return std::nullopt;
  const HeldTask not_begun{owner, attempt, {held->next, held->task.interval.hi}};
  held->task.interval.hi = held->next;
  if (held->running == 0) {
    flush_held(*held);
    held_.erase(held);
  }
  return not_begun;
}

void FalseExecutor::hold(HeldTask task, SharedBytes work) {
  require(!host_.is_lost(task.owner), "work was taken from a lost worker");
  require(held_ever_.insert({task.owner, task.attempt}).second, "the same attempt came twice");
  Held held{.task = task,
            .plan = read<std::uint32_t>(work, 0),
            .next = task.interval.lo,
            .finished = {},
            .since = host_.now()};
  require(held.plan < program_.tasks.size() && work.size() == 4 + program_.tasks[held.plan].padding,
          "work was damaged");
  held_.push_back(std::move(held));
  notify();
}

std::vector<HeldTask> FalseExecutor::take_held(const TakeLimit& limit) {
  std::vector<HeldTask> taken;
  auto have = static_cast<std::uint64_t>(std::ranges::count_if(held_, &Held::has_left));
  auto most = std::min<std::uint64_t>(limit.tasks, (have + limit.share - 1) / limit.share);
  for (auto held = held_.end(); held != held_.begin() && taken.size() < most;) {
    --held;
    if (!held->has_left()) continue;
    auto left = held->task.interval.hi - held->next;
    bool has_begun = held->next > held->task.interval.lo || held->running > 0;
    bool is_last = have - taken.size() == 1 || has_begun;
    if (is_last && left == 1 && !limit.last_too) continue;
    auto give = is_last ? (left + limit.share - 1) / limit.share : left;
    auto mid = held->task.interval.hi - give;
    taken.push_back({held->task.owner, held->task.attempt, {mid, held->task.interval.hi}});
    held->task.interval.hi = mid;
    if (held->has_left() || held->running > 0) continue;
    flush_held(*held);
    held = held_.erase(held);
  }
  return taken;
}

void FalseExecutor::drop_held(WorkerId owner) {
  for (auto held = held_.begin(); held != held_.end();) {
    if (held->task.owner == owner) held->task.interval.hi = held->next;  // what has begun ends by itself
    bool is_spent = held->task.owner == owner && held->running == 0;
    held = is_spent ? held_.erase(held) : std::next(held);
  }
}

std::vector<FinishedTask> FalseExecutor::take_finished() { return std::exchange(finished_, {}); }

Bytes FalseExecutor::encode_result(const Outcome& outcome, std::uint32_t plan) const {
  Bytes result;
  append(result, outcome.value);
  append(result, static_cast<char>(outcome.failed));
  result.resize(result.size() + program_.tasks[plan].padding);
  return result;
}

TimePoint FalseExecutor::surplus_since(Duration worth) const {
  auto since = never;
  for (const auto& item : queue_) {
    const auto& plan = program_.tasks[own(item.task).plan];
    bool is_enough = plan.elements == 0 || plan.per_element * static_cast<Duration::rep>(item.left.size()) >= worth;
    if (is_enough) since = std::min(since, item.since);
  }
  for (const auto& held : held_) {
    const auto& plan = program_.tasks[held.plan];
    auto left = static_cast<Duration::rep>(held.task.interval.hi - held.next);
    if (left > 0 && (plan.elements == 0 || plan.per_element * left >= worth)) since = std::min(since, held.since);
  }
  return since;
}

std::string FalseExecutor::leftovers() const {
  std::string text;
  auto say = [&](std::size_t count, const char* what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  say(own_count_, "own tasks");
  say(queue_.size(), "queued");
  say(held_.size(), "held");
  say(finished_.size(), "results");
  say(fibers_.size(), "fibers");
  return text;
}

}  // namespace scoop::simulation

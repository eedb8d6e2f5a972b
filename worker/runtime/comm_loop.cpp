#include "worker/runtime/comm_loop.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/control/log_message.hpp"
#include "worker/runtime/event_text.hpp"

namespace scoop {
namespace {

// Then timers, the worker thread and the daemon have a turn, however much there is to read.
constexpr int frames_at_once = 256;

// Above it, messages stay in the post box, which makes those who write them wait.
constexpr std::size_t max_unsent_bytes = 1u << 20;

template <class Callback, class... Arguments>
void call_once(Callback& callback, Arguments&&... arguments) {
  if (auto call = std::exchange(callback, {})) call(std::forward<Arguments>(arguments)...);
}

}  // namespace

CommLoop::CommLoop(Parts parts, Runtime& runtime, Doorbell& doorbell, PostBox& post_box, CommCallbacks callbacks)
    : endpoint_(std::move(parts.endpoint)),
      daemon_(std::move(parts.daemon)),
      log_(parts.core.self.name, parts.log_level,
           [this](LogRecord record) {
             if (daemon_.frames().queued_bytes() < max_unsent_bytes) {
               daemon_.send(control::to_message(std::move(record)));
             }
           }),
      links_(parts.core.self.id, *this, parts.link),
      core_(std::move(parts.core), runtime),
      runtime_(runtime),
      constants_(parts.constants),
      doorbell_(doorbell),
      post_box_(post_box),
      callbacks_(std::move(callbacks)) {}

void CommLoop::run(const std::function<TimePoint()>& stop_at) {
  {
    const TimePoint now = Clock::now();
    LinkOutbox out(links_, now);
    core_.start(now, out);
  }
  for (;;) {
    const bool more_to_read = read_frames();
    if (doorbell_.answer()) answer_doorbell();
    if (daemon_is_readable_ || more_to_read) read_daemon();
    keep_deadlines();
    if (daemon_.frames().ended()) return call_once(callbacks_.on_orphaned);
    tell_changes();
    const TimePoint end = stop_at();
    if (end != never && (has_flushed() || Clock::now() >= end)) return;
    if (!more_to_read) sleep(end);
  }
}

void CommLoop::transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) {
  if (to != broker_id && !endpoint_->knows(to)) {
    const Member* member = core_.find_member(to);
    if (member == nullptr) return;  // lost, or not heard of yet: then the link sends it again
    endpoint_->learn(*member);
  }
  endpoint_->send(to, head, body, may_overtake);
  const std::string failure = endpoint_->take_failure();
  if (!failure.empty() && failed_connections_.on_event(Clock::now()) > 0) {
    log_.warn(failure + "; tasks wait until it can: close files, or allow more with ulimit -n");
  }
}

void CommLoop::doubt(WorkerId peer) {
  if (endpoint_->doubt(peer)) log_.debug("connection doubted worker=" + to_string(peer));
}

bool CommLoop::read_frames() {
  for (int i = 0; i < frames_at_once; ++i) {
    const auto frame = endpoint_->receive();
    if (!frame) return false;
    const TimePoint now = Clock::now();
    if (const Status read = read_frame(*frame, now); !read) {
      if (const auto count = damaged_frames_.on_event(now)) {
        log_.warn("frames dropped count=" + std::to_string(count) + " reason=\"" + read.failure().message + "\"");
      }
    }
  }
  return true;
}

Status CommLoop::read_frame(const Frame& frame, TimePoint now) {
  auto arrival = links_.on_frame(frame, now);
  if (!arrival) return arrival.failure();
  if (arrival->message) {
    LinkOutbox out(links_, now);
    core_.on_message(arrival->from, *std::move(arrival->message), now, out);
  }
  return success();
}

void CommLoop::answer_doorbell() {
  const TimePoint now = Clock::now();
  LinkOutbox out(links_, now);
  if (constants_ != nullptr) {
    for (auto& request : constants_->take_requests()) core_.on_request(std::move(request), out);
  }
  core_.on_work(now, out);
}

void CommLoop::read_daemon() {
  daemon_.frames().receive();
  while (const auto message = daemon_.next()) {
    std::visit([this](const auto& m) { handle(m); }, *message);
  }
}

void CommLoop::handle(const control::WorkerPlan&) {}  // comes once, before the loop begins

void CommLoop::handle(const control::Stop&) { call_once(callbacks_.on_stop); }

void CommLoop::handle(const control::ConstantStored& stored) {
  LinkOutbox out(links_, Clock::now());
  core_.on_daemon(stored, out);
}

void CommLoop::handle(const control::ConstantGiven& given) {
  LinkOutbox out(links_, Clock::now());
  core_.on_daemon(given, daemon_.frames().take_fd(), out);
}

void CommLoop::handle(const control::PullConstant& pull) {
  const TimePoint now = Clock::now();
  LinkOutbox out(links_, now);
  core_.on_daemon(pull, now, out);
}

void CommLoop::handle(const control::ConstantRefused& refused) {
  LinkOutbox out(links_, Clock::now());
  core_.on_daemon(refused, out);
}

void CommLoop::act(AnswerConstant& action) {
  constants_->answer(action.asker, std::move(action.answer));
  runtime_.deliver(action.asker, {0, 1}, {}, 0);
}

void CommLoop::keep_deadlines() {
  const TimePoint now = Clock::now();
  if (links_.next_deadline() <= now) links_.on_tick(now);
  if (core_.next_deadline() <= now) {
    LinkOutbox out(links_, now);
    core_.on_tick(now, out);
  }
  if (const auto report = refusals_.take(endpoint_->refused(), now)) log_.warn(*report);
}

void CommLoop::tell_changes() {
  if (core_.takers() != told_pool_size_) {
    told_pool_size_ = core_.takers();
    if (callbacks_.on_pool_size) callbacks_.on_pool_size(told_pool_size_);
  }
  if (core_.is_welcome()) call_once(callbacks_.on_joined);
  if (core_.refused()) call_once(callbacks_.on_expelled, *core_.refused());
  if (core_.declared_lost()) {
    call_once(callbacks_.on_expelled, "it was taken for dead: " + core_.declared_lost()->cause.text);
  }
  if (core_.is_to_be_ended() && !std::exchange(asked_for_end_, true)) daemon_.send(control::EndMe{});
  for (const WorkerEvent& event : core_.take_events()) log_.debug(to_text(event));
  for (ConstantAction& action : core_.take_constant_actions()) {
    std::visit([this](auto& one) { act(one); }, action);
  }
  if (daemon_.frames().queued_bytes() < max_unsent_bytes) {
    for (auto& message : post_box_.take()) daemon_.send(message);
  }
}

bool CommLoop::has_flushed() const { return daemon_.frames().queued_bytes() == 0 && post_box_.is_empty(); }

void CommLoop::sleep(TimePoint at_latest) {
  if (!doorbell_.lie_down()) return;
  const auto& frames = daemon_.frames();
  std::array<PolledFd, 3> fds{
      {{.fd = frames.in_fd()}, {.fd = doorbell_.fd()}, {.fd = frames.out_fd(), .for_writing = true}}};
  const bool unsent = frames.queued_bytes() > 0;
  endpoint_->wait(std::span(fds).first(unsent ? 3 : 2),
                  std::min({links_.next_deadline(), core_.next_deadline(), at_latest}));
  doorbell_.wake_up(fds[1].ready);
  daemon_is_readable_ = fds[0].ready;
  if (unsent && fds[2].ready) daemon_.frames().flush();
}

}  // namespace scoop

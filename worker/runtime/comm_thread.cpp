#include "worker/runtime/comm_thread.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/base/exit_code.hpp"

namespace scoop {
namespace {

/// Threads started within its scope get no signals.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

CommThread::CommThread(Settings settings, Callbacks callbacks, control::WorkerSide daemon, Runtime& runtime,
                       Doorbell& doorbell)
    : settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      daemon_(std::move(daemon)),
      runtime_(runtime),
      doorbell_(doorbell),
      post_box_(doorbell) {}

CommThread::~CommThread() { stop(Duration::zero()); }

Status CommThread::start() {
  Member& self = settings_.core.self;
  const SignalsBlocked blocked;  // ZeroMQ's own thread, too
  auto endpoint = WorkerEndpoint::open({.self = self.id,
                                        .listen_address = settings_.listen_address,
                                        .broker_address = settings_.broker_address,
                                        .tcp_where = settings_.tcp_where,
                                        .keys = settings_.keys,
                                        .faults = settings_.faults.for_process(self.id.packed())});
  if (!endpoint) return endpoint.failure();
  self.addresses = (*endpoint)->addresses();
  CommLoop::Parts parts{*std::move(endpoint), *std::exchange(daemon_, std::nullopt),
                        settings_.core,       settings_.link,
                        settings_.log_level,  settings_.constants};
  thread_ = std::thread([this, p = std::move(parts)]() mutable { run(std::move(p)); });
  ::pthread_setname_np(thread_.native_handle(), "scoop-comm");
  return success();
}

Status CommThread::wait_until_joined() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return joined_.has_value(); });
  return *joined_;
}

bool CommThread::is_answered_within(Duration limit) {
  std::unique_lock lock(mutex_);
  return settled_.wait_for(lock, limit, [this] { return joined_.has_value(); });
}

std::vector<TaskHandle> CommThread::lent_tasks() {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) return {};
  lent_tasks_wanted_ = true;
  doorbell_.ring();
  settled_.wait(lock, [this] { return !lent_tasks_wanted_ || has_ended_; });
  return lent_tasks_;
}

void CommThread::stop(Duration limit) {
  std::unique_lock lock(mutex_);
  if (daemon_) send_posted(limit);
  if (!thread_.joinable()) return;
  stop_at_ = std::min(stop_at_, Clock::now() + limit);
  doorbell_.ring();
  settled_.wait(lock, [this] { return has_ended_; });
  // Under the mutex, which the thread needs no more: another stop may be under way.
  if (thread_.joinable()) thread_.join();
}

void CommThread::send_posted(Duration limit) {
  const TimePoint end = Clock::now() + limit;
  for (const auto& message : post_box_.take()) daemon_->send(message);
  auto& frames = daemon_->frames();
  while (frames.queued_bytes() > 0 && !frames.ended() && Clock::now() < end) {
    pollfd writable{frames.out_fd(), POLLOUT, 0};
    ::poll(&writable, 1, 1);
    frames.flush();
  }
}

void CommThread::end_process() { ::_exit(exit_run_failed); }

void CommThread::run(CommLoop::Parts parts) {
  CommCallbacks callbacks;
  callbacks.on_joined = [this] { settle(success()); };
  callbacks.on_expelled = [this](const std::string& why) {
    settle(Failure{why});
    if (callbacks_.on_expelled) callbacks_.on_expelled(why);
  };
  callbacks.on_pool_size = callbacks_.on_pool_size;
  callbacks.on_stop = callbacks_.on_stop;
  callbacks.on_orphaned = callbacks_.on_orphaned;
  CommLoop loop(std::move(parts), runtime_, doorbell_, post_box_, std::move(callbacks));
  post_box_.open();
  loop.run([this, &loop] {
    answer_lent_tasks(loop);
    return stop_at();
  });
  post_box_.close();
  settle(Failure{"the worker ended before it had joined the pool"});
  std::lock_guard lock(mutex_);
  has_ended_ = true;
  settled_.notify_all();
}

// The first word holds.
void CommThread::settle(Status joined) {
  {
    std::lock_guard lock(mutex_);
    if (joined_) return;
    joined_ = std::move(joined);
  }
  settled_.notify_all();
}

void CommThread::answer_lent_tasks(const CommLoop& loop) {
  {
    std::lock_guard lock(mutex_);
    if (!std::exchange(lent_tasks_wanted_, false)) return;
    lent_tasks_ = loop.lent_tasks();
  }
  settled_.notify_all();
}

TimePoint CommThread::stop_at() const {
  std::lock_guard lock(mutex_);
  return stop_at_;
}

}  // namespace scoop

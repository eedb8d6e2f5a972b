#include "worker/daemon/daemon_core.hpp"

#include <algorithm>
#include <csignal>

namespace scoop {

void DaemonCore::on_message(const control::ToDaemon& message, TimePoint now, DaemonActions& out) {
  std::visit([&](const auto& body) { on(body, now, out); }, message);
}

void DaemonCore::on(const control::Start& start, TimePoint, DaemonActions& out) {
  if (!workers_.empty() || is_stopping_) return;  // only once
  start_ = start;
  out.emplace_back(TellLauncher{control::HostReady{cores_}});
  for (std::uint32_t slot = 0; slot < start.workers; ++slot) {
    workers_.push_back({make_plan(static_cast<Slot>(slot)), true});
    out.emplace_back(SpawnWorker{static_cast<Slot>(slot), workers_.back().plan});
  }
}

control::WorkerPlan DaemonCore::make_plan(Slot slot) const {
  control::WorkerPlan plan;
  plan.id = {start_.host, slot, 1};
  plan.name = control::worker_name(start_.first_worker + slot, start_.host_name);
  plan.host = start_.host_name;
  plan.endpoint = "ipc://" + start_.run.run_directory + "/" + to_string(plan.id) + ".sock";
  plan.is_origin = start_.has_origin && slot == 0;
  plan.run = start_.run;
  if (!plan.is_origin) plan.run.arguments.clear();
  return plan;
}

void DaemonCore::on(const control::StopHost& stop, TimePoint now, DaemonActions& out) {
  // Said again, it can only make the end come sooner.
  const auto kill_at = now + std::chrono::milliseconds(stop.grace_ms);
  kill_at_ = is_stopping_ ? std::min(kill_at_, kill_at) : kill_at;
  is_stopping_ = true;
  for (Slot slot = 0; slot < workers_.size(); ++slot) {
    if (!workers_[slot].is_alive) continue;
    if (!workers_[slot].plan.is_origin) {
      out.emplace_back(TellWorker{slot, control::Stop{}});
    } else if (stop.origin_signal != 0) {
      out.emplace_back(SignalWorker{slot, stop.origin_signal});
    }
  }
  if (is_paused_) signal_all(SIGCONT, out);  // a stopped process could not obey
  finish_if_all_ended(out);
}

void DaemonCore::on(const control::Pause&, TimePoint, DaemonActions& out) {
  is_paused_ = true;
  signal_all(SIGSTOP, out);
}

void DaemonCore::on(const control::Resume&, TimePoint, DaemonActions& out) {
  is_paused_ = false;
  signal_all(SIGCONT, out);
}

void DaemonCore::signal_all(int signal, DaemonActions& out) const {
  for (Slot slot = 0; slot < workers_.size(); ++slot) {
    if (workers_[slot].is_alive) out.emplace_back(SignalWorker{slot, signal});
  }
}

void DaemonCore::on_worker_message(Slot slot, const control::FromWorker& message, DaemonActions& out) {
  struct Forward {
    WorkerId id;
    control::FromDaemon operator()(const control::Ready&) const { return control::WorkerReady{id}; }
    control::FromDaemon operator()(const control::Log& log) const { return log; }
    control::FromDaemon operator()(const control::StartFailed& failed) const { return failed; }
  };
  out.emplace_back(TellLauncher{std::visit(Forward{workers_.at(slot).plan.id}, message)});
}

void DaemonCore::on_spawn_failed(Slot slot, const std::string& reason, DaemonActions& out) {
  out.emplace_back(TellLauncher{control::StartFailed{reason}});
  on_worker_ended(slot, {.status = 127, .text = "was never started"}, out);
}

void DaemonCore::on_worker_ended(Slot slot, const LossCause& cause, DaemonActions& out) {
  auto& worker = workers_.at(slot);
  if (!worker.is_alive) return;
  worker.is_alive = false;
  out.emplace_back(TellLauncher{control::Ended{worker.plan.id, worker.plan.name, worker.plan.is_origin, cause}});
  finish_if_all_ended(out);
}

void DaemonCore::on_tick(TimePoint now, DaemonActions& out) {
  if (now < kill_at_) return;
  kill_at_ = never;
  signal_all(SIGKILL, out);
}

void DaemonCore::finish_if_all_ended(DaemonActions& out) {
  const bool all_ended = std::ranges::none_of(workers_, &Worker::is_alive);
  if (!is_stopping_ || !all_ended || is_finished_) return;
  is_finished_ = true;
  kill_at_ = never;
  out.emplace_back(FinishDaemon{});
}

}  // namespace scoop

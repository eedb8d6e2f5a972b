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
  for (std::uint32_t slot = 0; slot < start.workers; ++slot) {
    workers_.push_back({make_plan(static_cast<Slot>(slot), 1), true});
    out.emplace_back(SpawnWorker{static_cast<Slot>(slot), workers_.back().plan});
  }
}

control::WorkerPlan DaemonCore::make_plan(Slot slot, std::uint32_t life) const {
  control::WorkerPlan plan;
  plan.id = {start_.host, slot, life};
  plan.name = control::worker_name(start_.first_worker + slot, start_.host_name);
  plan.host = start_.host_name;
  plan.endpoint = "ipc://" + start_.run.run_directory + "/" + to_string(plan.id) + ".sock";
  plan.tcp_where = start_.tcp_where;
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

// A launcher that the terminal stopped cannot speak.
void DaemonCore::on(const control::Pause&, TimePoint, DaemonActions& out) {
  is_paused_ = true;
  lease_until_ = never;
  signal_all(SIGSTOP, out);
}

void DaemonCore::on(const control::Resume&, TimePoint now, DaemonActions& out) {
  is_paused_ = false;
  if (lease_ > Duration::zero()) lease_until_ = now + lease_;
  signal_all(SIGCONT, out);
}

void DaemonCore::on(const control::Alive& alive, TimePoint now, DaemonActions& out) {
  lease_ = std::chrono::milliseconds(alive.lease_ms);
  lease_until_ = now + lease_;
  out.emplace_back(TellLauncher{alive});
}

void DaemonCore::on(const control::Input& input, TimePoint, DaemonActions& out) {
  if (start_.has_origin && !workers_.empty() && workers_[0].is_alive) out.emplace_back(FeedWorker{0, input.bytes});
}

void DaemonCore::signal_all(int signal, DaemonActions& out) const {
  for (Slot slot = 0; slot < workers_.size(); ++slot) {
    if (workers_[slot].is_alive) out.emplace_back(SignalWorker{slot, signal});
  }
}

void DaemonCore::on_worker_message(Slot slot, const control::FromWorker& message, DaemonActions& out) {
  struct Handler {
    DaemonCore& core;
    Slot slot;
    DaemonActions& out;

    void operator()(const control::Ready&) { forward(control::WorkerReady{core.workers_.at(slot).plan.id}); }
    void operator()(const control::Log& log) { forward(log); }
    void operator()(const control::MapProgress& progress) { forward(progress); }
    void operator()(const control::StartFailed& failed) { forward(failed); }
    void operator()(const control::Checked& checked) { forward(checked); }
    void operator()(const control::PutConstant& put) { tell(core.constants_.on_put(slot, put.key), out); }
    void operator()(const control::TakeConstant& take) {
      tell(core.constants_.on_take(slot, take.key, take.may_pull), out);
    }
    void operator()(const control::FailConstant& failed) {
      tell(core.constants_.on_failed(slot, failed.key, failed.reason), out);
    }
    void operator()(const control::DropConstant& drop) {
      core.constants_.on_dropped(drop.key);
      out.emplace_back(ForgetConstant{drop.key});
    }
    void operator()(const control::EndMe&) {
      auto& worker = core.workers_.at(slot);
      if (worker.plan.is_origin || !worker.is_alive) return;
      worker.is_to_be_replaced = true;
      out.emplace_back(SignalWorker{slot, SIGKILL});
    }
    void forward(control::FromDaemon said) { out.emplace_back(TellLauncher{std::move(said)}); }
  };
  std::visit(Handler{*this, slot, out}, message);
}

void DaemonCore::tell(ConstantShelf::Answers answers, DaemonActions& out) {
  for (auto& [slot, message] : answers) {
    if (const auto* given = std::get_if<control::ConstantGiven>(&message)) {
      out.emplace_back(GiveConstant{slot, given->key});
    } else {
      out.emplace_back(TellWorker{slot, std::move(message)});
    }
  }
}

void DaemonCore::on_spawn_failed(Slot slot, const std::string& reason, DaemonActions& out) {
  out.emplace_back(TellLauncher{control::StartFailed{reason}});
  on_worker_ended(slot, {.status = 127, .text = "was never started"}, out);
}

void DaemonCore::on_worker_ended(Slot slot, const LossCause& cause, DaemonActions& out) {
  auto& worker = workers_.at(slot);
  if (!worker.is_alive) return;
  worker.is_alive = false;
  control::Ended ended{worker.plan.id, worker.plan.name, worker.plan.is_origin, cause};
  if (worker.is_to_be_replaced) {
    ended.cause.text = "ended to stop a task that was cancelled";
    ended.cause.is_wanted = true;
    if (!is_stopping_) replace(slot, out);
  }
  out.emplace_back(TellLauncher{std::move(ended)});
  tell(constants_.on_ended(slot), out);
  finish_if_all_ended(out);
}

void DaemonCore::replace(Slot slot, DaemonActions& out) {
  auto& worker = workers_[slot];
  worker = {make_plan(slot, worker.plan.id.life + 1), true};
  out.emplace_back(TellLauncher{control::Replaced{worker.plan.id, worker.plan.name}});
  out.emplace_back(SpawnWorker{slot, worker.plan});
}

void DaemonCore::on(const control::OutputClosed& closed, TimePoint, DaemonActions& out) {
  if (start_.has_origin && !workers_.empty() && workers_[0].is_alive) {
    out.emplace_back(BreakOutput{0, closed.is_error});
  }
}

void DaemonCore::on_tick(TimePoint now, DaemonActions& out) {
  if (now >= lease_until_) {
    lease_until_ = never;
    out.emplace_back(EndLease{});
  }
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

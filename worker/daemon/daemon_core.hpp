#pragma once
#include <cstdint>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/control/messages.hpp"

namespace scoop {

/// A place for one worker on this host, counted from 0.
using Slot = std::uint16_t;

struct SpawnWorker {
  Slot slot;
  control::WorkerPlan plan;
};
struct TellWorker {
  Slot slot;
  control::ToWorker message;
};
struct TellLauncher {
  control::FromDaemon message;
};
struct SignalWorker {
  Slot slot;
  int signal;
};
/// All workers have ended: end what they left behind, and the daemon.
struct FinishDaemon {};

/// What the daemon's loop is to do, in this order.
using DaemonAction = std::variant<SpawnWorker, TellWorker, TellLauncher, SignalWorker, FinishDaemon>;
using DaemonActions = std::vector<DaemonAction>;

/// Keeps the workers of one host. Decides; never blocks, never reads a clock: events in, actions out.
class DaemonCore {
 public:
  explicit DaemonCore(std::uint32_t cores) : cores_(cores) {}

  void on_message(const control::ToDaemon& message, TimePoint now, DaemonActions& out);
  void on_worker_message(Slot slot, const control::FromWorker& message, DaemonActions& out);
  /// There is no process for what SpawnWorker asked.
  void on_spawn_failed(Slot slot, const std::string& reason, DaemonActions& out);
  /// The process is gone and all it said has been told.
  void on_worker_ended(Slot slot, const LossCause& cause, DaemonActions& out);
  void on_tick(TimePoint now, DaemonActions& out);

  TimePoint next_deadline() const { return kill_at_; }
  const control::Start& start() const { return start_; }
  std::uint32_t cores() const { return cores_; }

 private:
  struct Worker {
    control::WorkerPlan plan;
    bool is_alive = false;
  };

  void on(const control::Start& start, TimePoint now, DaemonActions& out);
  void on(const control::StopHost& stop, TimePoint now, DaemonActions& out);
  void on(const control::Pause&, TimePoint now, DaemonActions& out);
  void on(const control::Resume&, TimePoint now, DaemonActions& out);

  control::WorkerPlan make_plan(Slot slot) const;
  void signal_all(int signal, DaemonActions& out) const;
  void finish_if_all_ended(DaemonActions& out);

  std::uint32_t cores_;
  control::Start start_;
  std::vector<Worker> workers_;  // by slot
  bool is_paused_ = false;
  bool is_stopping_ = false;
  bool is_finished_ = false;
  TimePoint kill_at_ = never;
};

}  // namespace scoop

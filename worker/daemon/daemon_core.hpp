#pragma once
#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/control/messages.hpp"
#include "worker/daemon/constant_shelf.hpp"

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
/// ConstantGiven, with the memory.
struct GiveConstant {
  Slot slot;
  control::ConstantKey key;
};
/// Nobody asks for it any more.
struct ForgetConstant {
  control::ConstantKey key;
};
struct TellLauncher {
  control::FromDaemon message;
};
struct SignalWorker {
  Slot slot;
  int signal;
};
/// For the worker's standard input; empty: no more comes.
struct FeedWorker {
  Slot slot;
  Bytes bytes;
};
/// Nobody reads this output of the worker any more.
struct BreakOutput {
  Slot slot;
  bool is_error;
};
/// The launcher is gone, or cannot be heard: end everything at once.
struct EndLease {};
/// All workers have ended: end what they left behind, and the daemon.
struct FinishDaemon {};

/// What the daemon's loop is to do, in this order.
using DaemonAction = std::variant<SpawnWorker, TellWorker, GiveConstant, ForgetConstant, TellLauncher, SignalWorker,
                                  FeedWorker, BreakOutput, EndLease, FinishDaemon>;
using DaemonActions = std::vector<DaemonAction>;

/// Keeps the workers of one host. Decides; never blocks, never reads a clock: events in, actions out.
class DaemonCore {
 public:
  /// The launcher has to be heard until `lease_until`, and then again and again.
  explicit DaemonCore(std::uint32_t cores, TimePoint lease_until = never) : cores_(cores), lease_until_(lease_until) {}

  void on_message(const control::ToDaemon& message, TimePoint now, DaemonActions& out);
  /// The memory of a PutConstant has come, or the caller says FailConstant instead.
  void on_worker_message(Slot slot, const control::FromWorker& message, DaemonActions& out);
  /// There is no process for what SpawnWorker asked.
  void on_spawn_failed(Slot slot, const std::string& reason, DaemonActions& out);
  /// The process is gone and all it said has been told.
  void on_worker_ended(Slot slot, const LossCause& cause, DaemonActions& out);
  void on_tick(TimePoint now, DaemonActions& out);

  TimePoint next_deadline() const { return std::min(kill_at_, lease_until_); }
  const control::Start& start() const { return start_; }
  std::uint32_t cores() const { return cores_; }

 private:
  struct Worker {
    control::WorkerPlan plan;
    bool is_alive = false;
    bool is_to_be_replaced = false;  // it asked for its end
  };

  void on(const control::Start& start, TimePoint now, DaemonActions& out);
  void on(const control::StopHost& stop, TimePoint now, DaemonActions& out);
  void on(const control::Pause&, TimePoint now, DaemonActions& out);
  void on(const control::Resume&, TimePoint now, DaemonActions& out);
  void on(const control::Alive& alive, TimePoint now, DaemonActions& out);
  void on(const control::Input& input, TimePoint now, DaemonActions& out);
  void on(const control::OutputClosed& closed, TimePoint now, DaemonActions& out);

  control::WorkerPlan make_plan(Slot slot, std::uint32_t life) const;
  void replace(Slot slot, DaemonActions& out);
  void signal_all(int signal, DaemonActions& out) const;
  void finish_if_all_ended(DaemonActions& out);
  static void tell(ConstantShelf::Answers answers, DaemonActions& out);

  std::uint32_t cores_;
  control::Start start_;
  std::vector<Worker> workers_;  // by slot
  ConstantShelf constants_;
  bool is_paused_ = false;
  bool is_stopping_ = false;
  bool is_finished_ = false;
  TimePoint kill_at_ = never;
  Duration lease_{};  // 0: there is none
  TimePoint lease_until_;
};

}  // namespace scoop

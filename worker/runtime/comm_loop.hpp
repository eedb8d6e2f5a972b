#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/log.hpp"
#include "common/base/warning_limit.hpp"
#include "common/control/channel.hpp"
#include "common/link/link_set.hpp"
#include "common/transport/refusal_report.hpp"
#include "common/transport/worker_endpoint.hpp"
#include "worker/runtime/doorbell.hpp"
#include "worker/runtime/post_box.hpp"
#include "worker/runtime/worker_core.hpp"

namespace scoop {

/// What the communication thread tells the rest of the process. Called on that thread, all but on_pool_size at
/// most once; must not block.
struct CommCallbacks {
  /// The broker's Welcome has come.
  std::function<void()> on_joined;
  /// The pool does not want this worker, or took it for dead; it has to end. With a sentence for the user.
  std::function<void(const std::string& why)> on_expelled;
  /// How many workers take tasks now, this one too. At each change.
  std::function<void(std::size_t workers)> on_pool_size;
  /// The daemon says that the run is over: end soon, by exit.
  std::function<void()> on_stop;
  /// The daemon is gone, and with it the lease: end at once.
  std::function<void()> on_orphaned;
};

/// A worker's sockets, links, timers and its daemon's channel around the decisions of WorkerCore.
///
/// Threads: one; others reach it through the doorbell and the post box.
/// Latency: everything that has arrived is read before it sleeps, and what is decided leaves at once.
class CommLoop final : private FrameSink {
 public:
  struct Parts {
    std::unique_ptr<WorkerEndpoint> endpoint;
    control::WorkerSide daemon;
    WorkerSettings core;
    LinkLimits link;
    LogLevel log_level = LogLevel::warn;
    ConstantDesk* constants = nullptr;  // null: no task asks for any
  };

  CommLoop(Parts parts, Runtime& runtime, Doorbell& doorbell, PostBox& post_box, CommCallbacks callbacks);

  /// Returns when `stop_at`, asked after each ring, says a time: as soon as all that was posted has left, at the latest
  /// then. Returns too when the daemon is gone.
  void run(const std::function<TimePoint()>& stop_at);
  /// Own tasks of which other workers have something, each once.
  std::vector<TaskHandle> lent_tasks() const { return core_.lent_tasks(); }

 private:
  void transmit(WorkerId to, std::span<const char> head, const SharedBytes& body, bool may_overtake) override;
  void doubt(WorkerId peer) override;
  void close(WorkerId peer) override { endpoint_->forget(peer); }

  bool read_frames();
  Status read_frame(const Frame& frame, TimePoint now);
  void answer_doorbell();
  void read_daemon();
  void handle(const control::WorkerPlan& plan);
  void handle(const control::Stop& stop);
  void handle(const control::ConstantStored& stored);
  void handle(const control::ConstantGiven& given);
  void handle(const control::PullConstant& pull);
  void handle(const control::ConstantRefused& refused);
  void act(TellDaemon& action) { daemon_.send(action.message, std::move(action.memory)); }
  void act(AnswerConstant& action);
  void keep_deadlines();
  void tell_changes();
  bool has_flushed() const;
  void sleep(TimePoint at_latest);

  std::unique_ptr<WorkerEndpoint> endpoint_;
  control::WorkerSide daemon_;
  Log log_;
  LinkSet links_;
  WorkerCore core_;
  Runtime& runtime_;
  ConstantDesk* constants_;
  Doorbell& doorbell_;
  PostBox& post_box_;
  CommCallbacks callbacks_;
  WarningLimit damaged_frames_;
  RefusalReport refusals_;
  WarningLimit failed_connections_{std::chrono::seconds(10)};
  bool daemon_is_readable_ = true;
  std::size_t told_pool_size_ = 0;
  bool asked_for_end_ = false;
};

}  // namespace scoop

#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/protocol/message.hpp"
#include "worker/runtime/appraisal.hpp"
#include "worker/runtime/cancellations.hpp"
#include "worker/runtime/constants.hpp"
#include "worker/runtime/hunger.hpp"
#include "worker/runtime/lending_table.hpp"
#include "worker/runtime/peers.hpp"
#include "worker/runtime/runtime.hpp"
#include "worker/runtime/standing_orders.hpp"

namespace scoop {

struct WorkerSettings {
  Member self;
  std::uint32_t abi = 0;
  std::vector<std::uint64_t> modules;
  std::size_t expected = 0;  // with how many workers the pool begins; 0: not known
  Duration heartbeat_every = std::chrono::seconds(3);
  Duration patience = std::chrono::microseconds(500);     // before the broker is asked, and before hunger is taken back
  Duration look_again = std::chrono::milliseconds(1);     // at work that was not worth giving
  Duration flush_every = std::chrono::microseconds(500);  // results, while there is more to run
  AppraisalSettings appraisal{};
};

/// What happened, for the log of the one who runs the core.
struct PoolJoined {
  std::size_t members;
};
struct PeerJoined {
  Member member;
};
struct PeerLost {
  LostWorker worker;
  std::size_t restored = 0;  // lent work that was put back
  std::size_t failed = 0;    // lent work that was lost too often
};
struct ResultsRejected {
  WorkerId from;
  std::size_t count = 0;
};
struct ReleasesRejected {
  WorkerId from;
  std::size_t count = 0;
};
/// This worker is to leave.
struct DrainBegun {};
using WorkerEvent = std::variant<PoolJoined, PeerJoined, PeerLost, ResultsRejected, ReleasesRejected, DrainBegun>;

/// All decisions of a worker's communication thread: whom it feeds, whom it asks for work, what became of what it lent.
/// Never blocks, never reads a clock; every word goes through `out`, and everything it asks of the thread that runs
/// tasks through the Runtime.
class WorkerCore {
 public:
  WorkerCore(WorkerSettings settings, Runtime& runtime);

  /// Greets the broker.
  void start(TimePoint now, Outbox& out);
  /// What has to look at the worker thread waits for on_tick, which is then due at once: so several messages that came
  /// together, and several thieves among them, cost one look and get even shares. Ticks have to come after all that can
  /// be read was read.
  void on_message(WorkerId from, Message message, TimePoint now, Outbox& out);
  /// The worker thread signalled: it pushed while watched, went idle, finished others' work, or was asked done(). May
  /// also be called for no reason.
  void on_work(TimePoint now, Outbox& out);
  void on_tick(TimePoint now, Outbox& out);
  TimePoint next_deadline() const;

  /// What tasks want of shared constants.
  void on_request(ConstantRequest request, Outbox& out);
  /// What the daemon says of them; `memory` came with it.
  void on_daemon(const control::ConstantStored& stored, Outbox& out);
  void on_daemon(const control::ConstantGiven& given, const UniqueFd& memory, Outbox& out);
  void on_daemon(const control::PullConstant& pull, TimePoint now, Outbox& out);
  void on_daemon(const control::ConstantRefused& refused, Outbox& out);
  std::vector<ConstantAction> take_constant_actions() { return constants_.take_actions(); }

  /// The broker's Welcome has come: the program may start.
  bool is_welcome() const { return welcome_; }
  /// The pool does not want this worker; it has to end with this sentence.
  const std::optional<std::string>& refused() const { return refused_; }
  /// The pool took this worker for dead and has put its work elsewhere; it has to end.
  const std::optional<LostWorker>& declared_lost() const { return declared_lost_; }

  /// A task that runs here was cancelled in earnest: this process is to be ended, and another to take its place.
  bool is_to_be_ended() const { return is_to_be_ended_; }

  /// Workers alive, this one too.
  std::size_t pool_size() const { return peers_.size(); }
  /// Those among which tasks go round: without the others that are to leave.
  std::size_t takers() const { return peers_.takers(); }
  /// Own tasks of which others have something, each once.
  std::vector<TaskHandle> lent_tasks() const { return table_.tasks(); }
  /// Where to reach a peer; null if it is unknown or lost.
  const Member* find_member(WorkerId worker) const { return peers_.find(worker); }
  const Peers& peers() const { return peers_; }
  std::size_t lent() const { return table_.size(); }
  bool has_lent_to(WorkerId worker) const { return table_.has_lent_to(worker); }
  /// What happened since the last call.
  std::vector<WorkerEvent> take_events();

 private:
  struct Handler;        // what each kind of message does
  class GreetingOutbox;  // whoever is sent something for the first time is greeted before

  Hello hello() const;
  void learn(const Member& member);
  void lose(const LostWorker& worker, TimePoint now, Outbox& out);
  void take_back(const LostWorker& worker, PeerLost& event);
  void on_results(WorkerId from, Results results, TimePoint now);
  void on_release(WorkerId from, Release release, TimePoint now, Outbox& out);
  void begin_cancels(Outbox& out);
  void answer_cancels();
  void part_from(WorkerId worker, Outbox& out);
  void give_back_held(Outbox& out);
  void relend(const std::vector<LendingTable::Entry>& entries, WorkerId to, Outbox& out);
  void send(WorkerId to, Message message, Outbox& out);

  void look(TimePoint now, Outbox& out);
  void look_before(TimePoint deadline);
  /// Whom it asked for work with the last result; nobody: broker_id.
  WorkerId flush(const Load& load, bool wants, TimePoint now, Outbox& out);
  void feed(const Load& load, TimePoint now, Outbox& out);
  std::uint64_t feed_first(Appraisal::Verdict verdict, Outbox& out);
  std::uint64_t lend(WorkerId thief, std::vector<TakenTask> taken, Outbox& out);
  std::uint64_t release(const Member& to, const std::vector<HeldTask>& held, Outbox& out);
  bool has_ended() const { return refused_ || declared_lost_; }

  WorkerSettings settings_;
  Runtime& runtime_;
  Peers peers_;
  LendingTable table_;
  Cancellations cancellations_;
  Hunger hunger_;
  StandingOrders orders_;
  Appraisal appraisal_;
  Constants constants_;

  bool welcome_ = false;
  bool is_draining_ = false;  // takes no more tasks
  bool is_drained_ = false;   // and has said that nothing is left
  bool is_to_be_ended_ = false;
  std::optional<std::string> refused_;
  std::optional<LostWorker> declared_lost_;
  TimePoint heartbeat_at_ = never;
  TimePoint look_at_ = never;
  TimePoint flushed_at_{};  // last time
  std::vector<WorkerEvent> events_;
};

}  // namespace scoop

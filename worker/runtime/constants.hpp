#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/control/messages.hpp"
#include "common/process/sealed_memory.hpp"
#include "worker/runtime/constant_desk.hpp"
#include "worker/runtime/peers.hpp"

namespace scoop {

struct TellDaemon {
  control::FromWorker message;
  UniqueFd memory;  // of PutConstant
};
struct AnswerConstant {
  TaskHandle asker = 0;
  ConstantAnswer answer;
};
/// What the communication thread is to do, in this order.
using ConstantAction = std::variant<TellDaemon, AnswerConstant>;

/// A constant on its way from another host.
struct ConstantPull {
  std::optional<NewMemory> memory;
  WorkerId from = broker_id;  // nobody: it waits for a worker of a host that has it
  std::uint64_t asked = 0;
  std::uint64_t received = 0;
  std::vector<WorkerId> in_vain;  // had it not
  TimePoint look_at = never;
  TimePoint give_up_at = never;
};

/// Decides how shared constants get from the task that sets them to those that ask for them.
///
/// Set: the memory goes to the daemon; when that holds it the broker is told, which decides whose name it is. Got: the
/// broker says what it is and which hosts have it, and the daemon gives the memory. Where this host lacks it, the
/// daemon has one of its workers pull it, part by part, from a worker of another host.
class Constants {
 public:
  static constexpr std::uint64_t part_bytes = 1u << 20;
  static constexpr Duration look_again = std::chrono::milliseconds(100);
  /// How long a host that had it may be without a worker, before it counts as lost with all it had.
  static constexpr Duration holder_limit = std::chrono::seconds(2);

  Constants(std::uint16_t host, const Peers& peers) : host_(host), peers_(peers) {}

  void on_request(ConstantRequest request, Outbox& out);

  void on_found(ConstantFound&& found, TimePoint now, Outbox& out);
  void on_asked(WorkerId from, AskConstant&& ask, Outbox& out);
  void on_part(WorkerId from, const ConstantPart& part, TimePoint now, Outbox& out);
  void on_lost(WorkerId worker, TimePoint now, Outbox& out);

  // What the daemon says. Memory: where it came through.
  void on_stored(const control::ConstantKey& key, Outbox& out);
  void on_given(const control::ConstantKey& key, const UniqueFd& memory, Outbox& out);
  void on_pull(const control::ConstantKey& key, TimePoint now, Outbox& out);
  void on_refused(const control::ConstantKey& key, const std::string& reason, Outbox& out);

  void on_tick(TimePoint now, Outbox& out);
  TimePoint next_deadline() const;
  /// Whether a task here waits for one that is set. Then others' tasks would most likely come to wait for it, too.
  bool is_awaited() const;
  std::vector<ConstantAction> take_actions() { return std::exchange(actions_, {}); }

 private:
  using Key = control::ConstantKey;

  struct Asker {
    TaskHandle handle = 0;
    std::string type;
  };
  /// A set on its way: first to the daemon, then to the broker.
  struct Setting {
    TaskHandle handle = 0;
    SetConstant constant;
    SharedBytes bytes;
    bool is_stored = false;
  };
  struct Entry {
    bool is_sought = false;  // the broker knows that we want it
    std::optional<ConstantFound> found;
    std::vector<Asker> askers;
    std::vector<std::pair<WorkerId, AskConstant>> peers;  // whom its bytes are to be sent
    bool is_here = false;
    SharedBytes bytes;
    bool is_asked_for = false;  // at the daemon
    std::optional<ConstantPull> pull;
    std::optional<SharedBytes> pulled;  // put, and not stored yet
  };

  void set(ConstantRequest request);
  void get(ConstantRequest request, Outbox& out);
  void take(const std::string& name, Entry& entry, bool may_pull);
  bool settle_settings(const ConstantFound& found, Entry& entry);
  /// Whoever wants another type gets none.
  void answer_other_types(Entry& entry);
  void have(Entry& entry, SharedBytes bytes, Outbox& out);
  void fail(Entry& entry, const std::string& reason, Outbox& out);
  Entry* find(const Key& key);

  void choose_peer(const std::string& name, Entry& entry, TimePoint now, Outbox& out);
  void ask_part(const std::string& name, Entry& entry, Outbox& out);
  void give_up(Entry& entry, const std::string& reason);
  void finish_pull(Entry& entry);
  void answer(TaskHandle asker, ConstantAnswer answer) {
    actions_.emplace_back(AnswerConstant{asker, std::move(answer)});
  }
  void tell_daemon(control::FromWorker message, UniqueFd memory = {}) {
    actions_.emplace_back(TellDaemon{std::move(message), std::move(memory)});
  }

  std::uint16_t host_;
  const Peers& peers_;
  std::map<std::string, Entry> entries_;
  std::vector<Setting> settings_;
  std::vector<ConstantAction> actions_;
};

}  // namespace scoop

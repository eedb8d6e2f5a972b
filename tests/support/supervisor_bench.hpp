#pragma once
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "launcher/supervisor.hpp"

namespace scoop::test {

using namespace std::chrono_literals;

inline const WorkerId origin{0, 0, 1};
inline const LossCause killed{SIGKILL, 0, "killed by signal 9 (Killed)"};
inline const LaunchPlan two_hosts{{{"node1", 2, true, 0, 0}, {"node2", 3, false, 1, 1}}};

inline control::Ended ended(WorkerId id, LossCause cause) {
  return {id, "w" + std::to_string(id.slot) + "@127.0.0.1", id == origin, std::move(cause)};
}

/// A supervisor, a clock, and what was to be done last.
struct Bench {
  explicit Bench(const LaunchPlan& plan = {{{"127.0.0.1", 4, true, 0, 0}}}, bool second_is_remote = false,
                 bool require_all = false)
      : supervisor({.lease = 8s, .require_all = require_all}) {
    for (const auto& share : plan.hosts) {
      supervisor.add_host(share.host, share.name, second_is_remote && share.host == 1, now);
    }
    supervisor.begin(plan);
  }

  TimePoint now{};
  Supervisor supervisor;
  LauncherActions actions;

  void daemon_says(const control::FromDaemon& message, std::size_t host = 0) {
    actions.clear();
    supervisor.on_daemon_message(host, message, now, actions);
  }
  void daemon_ends(const LossCause& cause = {}, std::size_t host = 0) {
    actions.clear();
    supervisor.on_daemon_ended(host, cause, now, actions);
  }
  void broker_ends(const LossCause& cause = {}) {
    actions.clear();
    supervisor.on_broker_ended(cause, now, actions);
  }
  void signal(int number, bool from_terminal = false) {
    actions.clear();
    supervisor.on_signal({number, from_terminal}, now, actions);
  }
  void pass(Duration time) {
    now += time;
    actions.clear();
    supervisor.on_tick(now, actions);
  }
  /// What the second host is told, of this kind.
  template <class Message>
  std::vector<Message> told_second() const {
    std::vector<Message> result;
    for (const auto& action : actions) {
      const auto* tell = std::get_if<TellDaemon>(&action);
      if (tell == nullptr || tell->host != 1) continue;
      if (const auto* message = std::get_if<Message>(&tell->message)) result.push_back(*message);
    }
    return result;
  }
  void begin_main() { daemon_says(control::WorkerReady{origin}); }

  template <class Action>
  const Action* find() const {
    for (const auto& action : actions) {
      if (const auto* found = std::get_if<Action>(&action)) return found;
    }
    return nullptr;
  }
  const control::StopHost* stop() const {
    const auto* told = find<TellDaemon>();
    return told == nullptr ? nullptr : std::get_if<control::StopHost>(&told->message);
  }
  /// What the user reads of it, debug left out.
  std::vector<std::pair<LogLevel, std::string>> said() const {
    std::vector<std::pair<LogLevel, std::string>> result;
    for (const auto& action : actions) {
      const auto* say = std::get_if<Say>(&action);
      if (say != nullptr && say->level > LogLevel::debug) result.emplace_back(say->level, say->text);
    }
    return result;
  }
  std::vector<control::Ended> told_broker() const {
    std::vector<control::Ended> result;
    for (const auto& action : actions) {
      const auto* tell = std::get_if<TellBroker>(&action);
      if (tell != nullptr) result.push_back(std::get<control::Ended>(tell->message));
    }
    return result;
  }
  /// The status it ends with, or -1.
  int status() const {
    const auto* finish = find<FinishRun>();
    return finish == nullptr ? -1 : finish->status;
  }
  std::string outcome() const {
    const auto* finish = find<FinishRun>();
    return finish == nullptr ? "" : finish->outcome;
  }
};

using Said = std::vector<std::pair<LogLevel, std::string>>;

}  // namespace scoop::test

#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/broker.hpp"
#include "common/link/link_set.hpp"
#include "tests/simulation/false_executor.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/program.hpp"
#include "tests/simulation/scenario.hpp"
#include "worker/runtime/worker_core.hpp"

namespace scoop::simulation {

struct Outcome {
  std::string end;       // "done", "failed", "origin lost"
  Duration took{};       // simulated
  Duration main_took{};  // until main had its last result
  std::uint64_t frames = 0;
  std::uint64_t events = 0;
  std::uint64_t tasks_run = 0;
  std::size_t executors = 0;  // workers that ran something
};

/// A whole pool in simulated time: the real broker, worker cores, links and codec; false executors and a false network.
class Pool {
 public:
  /// `trace`: where to tell what happens; null: nowhere.
  Pool(const Scenario& scenario, Program program, Random& random, std::ostream* trace);
  ~Pool();
  /// Throws Violation.
  Outcome run();

 private:
  enum class What : std::uint8_t { frame, timer, signal, resume, start, fault, drain, stop, ended, monitor };
  struct Event {
    TimePoint at;
    std::uint64_t number;  // earlier ones first
    What what;
    std::uint32_t node;
    std::uint64_t detail;  // frame: its slot; resume: its turn; fault: which
    bool operator>(const Event& other) const { return at != other.at ? at > other.at : number > other.number; }
  };
  struct Node;
  struct BrokerNode;
  struct Worker;

  void schedule(TimePoint at, What what, std::size_t node, std::uint64_t detail = 0);
  void handle(const Event& event);
  void on_frame(Node& at, std::uint64_t slot);
  void on_fault(const Fault& fault);
  void require_gone_in_peace(const Worker& left) const;
  void crash(Worker& ended, LossCause cause);
  void settle(Node& at);
  void on_main_done(const FalseExecutor& origin);
  void monitor();
  void require_fed() const;
  bool is_quiet() const;
  void require_agreement() const;
  [[noreturn]] void hang(const std::string& why) const;
  void transmit(const Node& from, Node* to, Frame frame);
  bool is_blocked(const Node& from, const Node& to) const;
  Node* find(WorkerId id);
  Node& node(std::size_t index);
  Worker& worker(std::size_t index);
  void tell(const Node& at, const std::string& line) const;
  void tell_frame(const Node& from, WorkerId to, const Frame& frame, TimePoint arrival) const;

  const Scenario& scenario_;
  Random& random_;
  std::ostream* trace_;
  Program program_;
  Network network_;
  TimePoint begin_{std::chrono::hours(1)};
  TimePoint now_ = begin_;
  TimePoint calm_from_ = begin_;  // after the last fault
  TimePoint main_done_at_ = never;
  TimePoint quiet_since_ = never;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t events_so_far_ = 0;
  std::vector<Frame> frames_;  // in flight, by slot
  std::vector<std::uint64_t> free_slots_;
  Outcome outcome_;

  std::unique_ptr<Node> broker_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace scoop::simulation

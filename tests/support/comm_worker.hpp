#pragma once
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/broker_process.hpp"
#include "support/echo_runtime.hpp"
#include "worker/runtime/comm_thread.hpp"

namespace scoop::test {

/// One worker of this process: communication thread, worker thread, and the daemon's end of its channel.
class CommWorker {
 public:
  struct Options {
    FaultInjector faults = {};
    std::uint32_t abi = 1;
    std::string broker_address = {};  // empty: that of the broker's own host
    std::string tcp_where = {};
    std::optional<RunKeys> keys = {};
  };

  CommWorker(const BrokerProcess& broker, WorkerId id, Options options)
      : daemon_(control::WorkerChannel(UniqueFd())), runtime_(doorbell_) {
    auto pair = *control::make_socket_pair();
    daemon_.emplace(std::move(pair.ours));
    CommThread::Settings settings;
    settings.core.self = {id, to_string(id), {}, id.slot == 0};
    settings.core.abi = options.abi;
    settings.listen_address = broker.ipc(to_string(id));
    settings.broker_address = options.broker_address.empty() ? broker.address() : options.broker_address;
    settings.tcp_where = options.tcp_where;
    settings.keys = options.keys;
    settings.faults = options.faults;
    if (options.faults.is_on()) settings.link = impatient;
    CommThread::Callbacks callbacks;
    callbacks.on_stop = [this] {
      ++stops_;
      if (when_stopped_) when_stopped_();
    };
    callbacks.on_expelled = [this](const std::string& why) { expelled_.set_value(why); };
    callbacks.on_orphaned = [this] { orphaned_.set_value(); };
    comm_ = std::make_unique<CommThread>(std::move(settings), std::move(callbacks),
                                         control::WorkerSide(std::move(pair.theirs)), runtime_, doorbell_);
  }

  explicit CommWorker(const BrokerProcess& broker, WorkerId id) : CommWorker(broker, id, Options()) {}

  CommThread& comm() { return *comm_; }
  EchoRuntime& runtime() { return runtime_; }
  control::WorkerChannel& daemon() { return *daemon_; }
  void close_daemon() { daemon_.reset(); }
  void when_stopped(std::function<void()> then) { when_stopped_ = std::move(then); }
  int stops() const { return stops_; }
  std::future<std::string> expelled() { return expelled_.get_future(); }
  std::future<void> orphaned() { return orphaned_.get_future(); }

  void join_pool() {
    REQUIRE(comm_->start());
    REQUIRE(comm_->wait_until_joined());
  }

  std::optional<control::FromWorker> next_to_daemon(std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    std::optional<control::FromWorker> message;
    (void)wait_until(
        [&] {
          if ((message = daemon_->next())) return true;
          daemon_->frames().receive();
          return (message = daemon_->next()).has_value();
        },
        limit);
    return message;
  }

 private:
  static constexpr LinkLimits impatient{.acknowledge_after = std::chrono::milliseconds(2),
                                        .resend_after_min = std::chrono::milliseconds(10)};

  std::optional<control::WorkerChannel> daemon_;
  Doorbell doorbell_;
  EchoRuntime runtime_;
  std::atomic<int> stops_ = 0;
  std::function<void()> when_stopped_;
  std::promise<std::string> expelled_;
  std::promise<void> orphaned_;
  std::unique_ptr<CommThread> comm_;
};

inline Bytes work_of(TaskHandle task) { return Bytes(task % 50 == 49 ? 200'000 : 20, static_cast<char>(task)); }

inline void submit(CommWorker& worker, TaskHandle first, TaskHandle count) {
  for (TaskHandle task = first; task < first + count; ++task) worker.runtime().submit(task, work_of(task));
}

inline void check_all_delivered_once(CommWorker& worker, std::size_t count) {
  REQUIRE(worker.runtime().wait_for_results(count, std::chrono::seconds(40)));
  CHECK(worker.runtime().failed().empty());
  const auto delivered = worker.runtime().delivered();
  CHECK(delivered.size() == count);
  for (const auto& [task, results] : delivered) {
    if (results != std::vector<SharedBytes>{work_of(task)}) FAIL_CHECK("task " << task << " came back otherwise");
  }
}

}  // namespace scoop::test

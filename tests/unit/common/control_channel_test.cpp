#include "common/control/channel.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace scoop;
using namespace scoop::control;

namespace {

RunPlan some_run() {
  RunPlan run;
  run.run_directory = "/tmp/scoop-0/run-1-2";
  run.broker_endpoint = "ipc:///tmp/scoop-0/run-1-2/broker.sock";
  run.plugin = "./a b.so";
  run.arguments = {"--help", "", std::string("\0\xff", 2)};
  run.pool_size = 300;
  run.ship_all = true;
  run.stack_bytes = 1u << 30;
  run.lost_after_ms = 70000;
  run.log_level = 1;
  run.fault = {42, 0.25};
  return run;
}

/// What another process would read.
template <class Variant>
Variant sent(const Variant& message) {
  auto received = decode<Variant>(encode(message));
  REQUIRE(received);
  return *received;
}

void check_same(const RunPlan& a, const RunPlan& b) {
  CHECK(a.run_directory == b.run_directory);
  CHECK(a.broker_endpoint == b.broker_endpoint);
  CHECK(a.plugin == b.plugin);
  CHECK(a.arguments == b.arguments);
  CHECK(a.pool_size == b.pool_size);
  CHECK(a.ship_all == b.ship_all);
  CHECK(a.stack_bytes == b.stack_bytes);
  CHECK(a.lost_after_ms == b.lost_after_ms);
  CHECK(a.log_level == b.log_level);
  CHECK(a.fault.seed == b.fault.seed);
  CHECK(a.fault.rate == b.fault.rate);
}

}  // namespace

TEST_CASE("Control messages arrive as they were sent: Start") {
  Start start{some_run(), {3, true, "gdb --args", {0, 2}, "a.so"}, 3, "node7", 12, 4, true,
              4711,       {"A=b", "PATH=/bin:/usr/bin", "EMPTY="}};
  const auto got = std::get<Start>(sent<ToDaemon>(start));
  check_same(got.run, start.run);
  CHECK(got.settings.threads == 3);
  CHECK(got.settings.bind_to_cores);
  CHECK(got.settings.wrap == "gdb --args");
  CHECK(got.settings.wrapped == std::vector<std::uint32_t>{0, 2});
  CHECK(got.settings.preload == "a.so");
  CHECK(got.host == 3);
  CHECK(got.host_name == "node7");
  CHECK(got.first_worker == 12);
  CHECK(got.workers == 4);
  CHECK(got.has_origin);
  CHECK(got.origin_process_group == 4711);
  CHECK(got.environment == start.environment);
}

TEST_CASE("Control messages arrive as they were sent: WorkerPlan") {
  WorkerPlan plan{{1, 2, 3}, "w3@node7", "node7", "ipc:///x", true, some_run()};
  const auto got = std::get<WorkerPlan>(sent<ToWorker>(plan));
  CHECK(got.id == plan.id);
  CHECK(got.name == plan.name);
  CHECK(got.host == plan.host);
  CHECK(got.endpoint == plan.endpoint);
  CHECK(got.is_origin);
  check_same(got.run, plan.run);
}

TEST_CASE("Control messages arrive as they were sent: the small ones") {
  CHECK(std::get<StopHost>(sent<ToDaemon>(StopHost{15, 500})).origin_signal == 15);
  CHECK(std::get<StopHost>(sent<ToDaemon>(StopHost{15, 500})).grace_ms == 500);
  CHECK(std::holds_alternative<Pause>(sent<ToDaemon>(Pause{})));
  CHECK(std::holds_alternative<Resume>(sent<ToDaemon>(Resume{})));
  CHECK(std::holds_alternative<Stop>(sent<ToWorker>(Stop{})));
  CHECK(std::holds_alternative<Ready>(sent<FromWorker>(Ready{})));
  CHECK(std::holds_alternative<BrokerReady>(sent<FromBroker>(BrokerReady{})));
  CHECK(std::get<HostReady>(sent<FromDaemon>(HostReady{64})).cores == 64);
  CHECK(std::get<WorkerReady>(sent<FromDaemon>(WorkerReady{{0, 1, 2}})).id == WorkerId{0, 1, 2});
  CHECK(std::get<StartFailed>(sent<FromWorker>(StartFailed{"why"})).reason == "why");
  check_same(std::get<BrokerPlan>(sent<ToBroker>(BrokerPlan{some_run()})).run, some_run());

  const auto ended = std::get<Ended>(sent<ToBroker>(Ended{{0, 1, 2}, "w1@h", true, {9, 0, "killed"}}));
  CHECK(ended.id == WorkerId{0, 1, 2});
  CHECK(ended.name == "w1@h");
  CHECK(ended.is_origin);
  CHECK(ended.cause.signal == 9);
  CHECK(ended.cause.text == "killed");

  const auto output = std::get<Output>(sent<FromDaemon>(Output{{0, 1, 2}, true, {'a', '\0', '\n'}}));
  CHECK(output.is_error);
  CHECK(output.bytes == Bytes{'a', '\0', '\n'});

  const auto log = std::get<Log>(sent<FromBroker>(Log{1795345418600000, 3, "broker", "text"}));
  CHECK(log.time_us == 1795345418600000);
  CHECK(log.level == 3);
  CHECK(log.name == "broker");
  CHECK(log.text == "text");
}

TEST_CASE("A control message that is cut short, too long or unknown is refused") {
  const auto bytes = encode<ToDaemon>(Start{some_run(), {}, 3, "node7", 12, 4, true, 4711, {"A=b"}});
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode<ToDaemon>(bytes.substr(0, size)));
  CHECK_FALSE(decode<ToDaemon>(bytes + "x"));
  CHECK_FALSE(decode<ToBroker>(encode<FromDaemon>(Output{})));
}

TEST_CASE("Control messages survive any bytes") {
  std::mt19937 random(11);
  const auto whole = encode<ToWorker>(WorkerPlan{{1, 2, 3}, "w3@node7", "node7", "ipc:///x", true, some_run()});
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    static_cast<void>(decode<ToWorker>(bytes));
  }
}

TEST_CASE("Channel carries messages both ways and ends at one it cannot read") {
  auto pair = make_socket_pair();
  REQUIRE(pair);
  BrokerChannel launcher(std::move(pair->ours));
  BrokerSide broker(std::move(pair->theirs));
  launcher.send(BrokerPlan{some_run()});
  broker.frames().receive();
  auto plan = broker.next();
  REQUIRE(plan);
  CHECK(std::holds_alternative<BrokerPlan>(*plan));
  CHECK_FALSE(broker.next());

  broker.send(BrokerReady{});
  broker.frames().send("nonsense");
  broker.send(BrokerReady{});
  launcher.frames().receive();
  CHECK(launcher.next());
  CHECK_FALSE(launcher.next());
  CHECK(launcher.frames().ended());
}

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
  run.terminal_level = 4;
  run.fault = {42, 0.25};
  run.keys = RunKeys{"sp", "ss", "cp", "cs"};
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
  CHECK(a.terminal_level == b.terminal_level);
  CHECK(a.fault.seed == b.fault.seed);
  CHECK(a.fault.rate == b.fault.rate);
  REQUIRE(a.keys.has_value() == b.keys.has_value());
  if (!a.keys) return;
  CHECK(a.keys->server_public == b.keys->server_public);
  CHECK(a.keys->server_secret == b.keys->server_secret);
  CHECK(a.keys->client_public == b.keys->client_public);
  CHECK(a.keys->client_secret == b.keys->client_secret);
}

}  // namespace

TEST_CASE("Control messages arrive as they were sent: Start") {
  Start start{some_run(),
              {3, true, 5, "/w", "gdb --args", {0, 2}, "a.so"},
              3,
              "node7",
              12,
              4,
              true,
              4711,
              OriginStreams::bytes,
              true,
              {"A=b", "PATH=/bin:/usr/bin", "EMPTY="},
              "10.0.0.7"};
  const auto got = std::get<Start>(sent<ToDaemon>(start));
  check_same(got.run, start.run);
  CHECK(got.settings.threads == 3);
  CHECK(got.settings.bind_to_cores);
  CHECK(got.settings.nice == 5);
  CHECK(got.settings.directory == "/w");
  CHECK(got.settings.wrap == "gdb --args");
  CHECK(got.settings.wrapped == std::vector<std::uint32_t>{0, 2});
  CHECK(got.settings.preload == "a.so");
  CHECK(got.host == 3);
  CHECK(got.host_name == "node7");
  CHECK(got.first_worker == 12);
  CHECK(got.workers == 4);
  CHECK(got.has_origin);
  CHECK(got.origin_process_group == 4711);
  CHECK(got.origin_streams == OriginStreams::bytes);
  CHECK(got.tags_output);
  CHECK(got.environment == start.environment);
  CHECK(got.tcp_where == "10.0.0.7");
}

TEST_CASE("Control messages arrive as they were sent: WorkerPlan") {
  WorkerPlan plan{{1, 2, 3}, "w3@node7", "node7", "ipc:///x", "eth0", true, some_run()};
  const auto got = std::get<WorkerPlan>(sent<ToWorker>(plan));
  CHECK(got.id == plan.id);
  CHECK(got.name == plan.name);
  CHECK(got.host == plan.host);
  CHECK(got.endpoint == plan.endpoint);
  CHECK(got.tcp_where == "eth0");
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
  check_same(std::get<BrokerPlan>(sent<ToBroker>(BrokerPlan{RunPlan{}})).run, RunPlan{});
  CHECK(std::get<Listening>(sent<FromBroker>(Listening{"tcp://10.0.0.7:5"})).address == "tcp://10.0.0.7:5");
  CHECK(std::get<NotListening>(sent<FromBroker>(NotListening{"why"})).reason == "why");

  const MapProgress progress{{1, 2, 3}, 4, "label", 5, 6, 7, true};
  for (const auto& got :
       {std::get<MapProgress>(sent<FromWorker>(progress)), std::get<MapProgress>(sent<FromDaemon>(progress))}) {
    CHECK(got.owner == progress.owner);
    CHECK(got.map == 4);
    CHECK(got.label == "label");
    CHECK(got.done == 5);
    CHECK(got.total == 6);
    CHECK(got.elapsed_us == 7);
    CHECK(got.is_over);
  }

  CHECK(std::get<DrainWorker>(sent<ToBroker>(DrainWorker{{1, 2, 3}})).id == WorkerId{1, 2, 3});
  CHECK(std::get<Left>(sent<FromBroker>(Left{{1, 2, 3}})).id == WorkerId{1, 2, 3});
  CHECK(std::holds_alternative<AskLoads>(sent<ToBroker>(AskLoads{})));
  const auto loads = std::get<Loads>(sent<FromBroker>(Loads{{{{1, 2, 3}, true}}})).workers;
  REQUIRE(loads.size() == 1);
  CHECK(loads[0].id == WorkerId{1, 2, 3});
  CHECK(loads[0].is_hungry);

  const auto added =
      std::get<AddHosts>(sent<FromClient>(AddHosts{{{"node7", "me", 2222, 8}, {"::1", "", {}, {}}}})).hosts;
  REQUIRE(added.size() == 2);
  CHECK(added[0].name == "node7");
  CHECK(added[0].user == "me");
  CHECK(added[0].port == 2222);
  CHECK(added[0].workers == 8);
  CHECK_FALSE(added[1].port);
  CHECK(std::get<RemoveHosts>(sent<FromClient>(RemoveHosts{{"a", "b"}})).names == std::vector<std::string>{"a", "b"});
  CHECK(std::holds_alternative<ListHosts>(sent<FromClient>(ListHosts{})));
  CHECK(std::get<ClientLine>(sent<ToClient>(ClientLine{"text", true})).text == "text");
  CHECK(std::get<ClientDone>(sent<ToClient>(ClientDone{1})).status == 1);

  const auto listen = std::get<Listen>(sent<ToBroker>(Listen{"10.0.0.7", 5000, 5010}));
  CHECK(listen.where == "10.0.0.7");
  CHECK(listen.first_port == 5000);
  CHECK(listen.last_port == 5010);

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

TEST_CASE("Control messages arrive as they were sent: between hosts") {
  CHECK(std::get<Alive>(sent<ToDaemon>(Alive{8000})).lease_ms == 8000);
  CHECK(std::get<Alive>(sent<FromDaemon>(Alive{8000})).lease_ms == 8000);
  CHECK(std::get<Input>(sent<ToDaemon>(Input{{'a', '\0'}})).bytes == Bytes{'a', '\0'});
  CHECK(std::get<OutputClosed>(sent<ToDaemon>(OutputClosed{true})).is_error);
  CHECK(std::get<InputTaken>(sent<FromDaemon>(InputTaken{7})).bytes == 7);
  const auto ready =
      std::get<HostReady>(sent<FromDaemon>(HostReady{8, "10.0.0.7", "10.0.0.1", "x86_64", "2.36", 9, 10}));
  CHECK(ready.cores == 8);
  CHECK(ready.address == "10.0.0.7");
  CHECK(ready.launcher_address == "10.0.0.1");
  CHECK(ready.machine == "x86_64");
  CHECK(ready.glibc == "2.36");
  CHECK(ready.memory_bytes == 9);
  CHECK(ready.time_us == 10);
}

TEST_CASE("A control message that is cut short, too long or unknown is refused") {
  const auto bytes = encode<ToDaemon>(Start{some_run(), {}, 3, "node7", 12, 4, true, 4711, {}, false, {"A=b"}, ""});
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode<ToDaemon>(bytes.substr(0, size)));
  CHECK_FALSE(decode<ToDaemon>(bytes + "x"));
  CHECK_FALSE(decode<ToBroker>(encode<FromDaemon>(Output{})));
}

TEST_CASE("Control messages survive any bytes") {
  std::mt19937 random(11);
  const auto whole = encode<ToWorker>(WorkerPlan{{1, 2, 3}, "w3@node7", "node7", "ipc:///x", "", true, some_run()});
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

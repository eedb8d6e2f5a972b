#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>

#include "common/control/log_message.hpp"
#include "support/comm_worker.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::BrokerProcess;
using test::check_all_delivered_once;
using test::submit;
using Worker = test::CommWorker;
using Options = Worker::Options;

TEST_CASE("CommThread joins the pool and lends work to those who are hungry, both ways") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  Worker two(broker, {0, 2, 1});
  one.join_pool();
  two.join_pool();
  submit(one, 1, 500);
  check_all_delivered_once(one, 500);
  CHECK(two.runtime().ran() == 500);
  submit(two, 1, 500);
  check_all_delivered_once(two, 500);
  CHECK(one.runtime().ran() == 500);
}

TEST_CASE("CommThread hands one task after another to and fro") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  Worker two(broker, {0, 2, 1});
  one.join_pool();
  two.join_pool();
  for (TaskHandle task = 1; task <= 200; ++task) {
    Worker& owner = task % 2 == 0 ? one : two;
    submit(owner, task, 1);
    REQUIRE(owner.runtime().wait_for_results((task + 1) / 2));
  }
}

TEST_CASE("CommThread loses nothing though frames are lost and sockets reopened") {
  control::RunPlan run;
  run.fault = {3, 0.05};
  BrokerProcess broker(run);
  const Options faulty{.faults = {3, 0.05}};
  Worker one(broker, {0, 1, 1}, faulty);
  Worker two(broker, {0, 2, 1}, faulty);
  Worker three(broker, {0, 3, 1}, faulty);
  one.join_pool();
  two.join_pool();
  three.join_pool();
  submit(one, 1, 300);
  check_all_delivered_once(one, 300);
  submit(two, 1, 300);
  check_all_delivered_once(two, 300);
  CHECK(one.runtime().ran() + two.runtime().ran() + three.runtime().ran() >= 600);
}

TEST_CASE("CommThread takes back what a lost worker held and lends it to another") {
  BrokerProcess broker;
  Worker owner(broker, {0, 1, 1});
  auto doomed = std::make_unique<Worker>(broker, WorkerId{0, 2, 1});
  owner.join_pool();
  doomed->join_pool();
  doomed->runtime().get_stuck();
  submit(owner, 1, 20);
  REQUIRE(test::wait_until([&] { return doomed->runtime().held() > 0; }, 20s));

  doomed.reset();
  broker.send(control::Ended{{0, 2, 1}, "h0.s2.1", false, {9, 0, "killed by signal 9 (Killed)"}});
  Worker heir(broker, {0, 3, 1});
  heir.join_pool();
  check_all_delivered_once(owner, 20);
  CHECK(heir.runtime().ran() == 20);
}

TEST_CASE("CommThread says why the pool refused it") {
  BrokerProcess broker;
  Worker first(broker, {0, 1, 1});
  first.join_pool();
  Worker other(broker, {0, 2, 1}, {.abi = 2});
  auto expelled = other.expelled();
  REQUIRE(other.comm().start());
  const Status joined = other.comm().wait_until_joined();
  REQUIRE_FALSE(joined);
  REQUIRE(expelled.wait_for(20s) == std::future_status::ready);
  CHECK(expelled.get() == joined.failure().message);
  CHECK(joined.failure().message.find("ABI") != std::string::npos);
}

TEST_CASE("CommThread tells a worker that was taken for dead") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  auto expelled = one.expelled();
  one.join_pool();
  broker.send(control::Ended{{0, 1, 1}, "h0.s1.1", false, {0, 0, "silent for 30 s"}});
  submit(one, 1, 1);  // makes it speak to the broker
  REQUIRE(expelled.wait_for(20s) == std::future_status::ready);
  CHECK(expelled.get().find("silent for 30 s") != std::string::npos);
}

TEST_CASE("CommThread says where it cannot listen") {
  BrokerProcess broker;
  Worker first(broker, {0, 1, 1});
  REQUIRE(first.comm().start());
  Worker second(broker, {0, 1, 1});
  const Status started = second.comm().start();
  REQUIRE_FALSE(started);
  CHECK(started.failure().message.find("h0.s1.1.sock") != std::string::npos);
  second.comm().post(control::StartFailed{started.failure().message});
  second.comm().stop(5s);
  const auto told = second.next_to_daemon();
  REQUIRE(told);
  CHECK(std::holds_alternative<control::StartFailed>(*told));
}

TEST_CASE("CommThread passes on what the daemon says, and notices its end") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  auto orphaned = one.orphaned();
  one.join_pool();
  one.daemon().send(control::Stop{});
  CHECK(test::wait_until([&] { return one.stops() == 1; }, 20s));
  one.close_daemon();
  REQUIRE(orphaned.wait_for(20s) == std::future_status::ready);
}

TEST_CASE("CommThread that never joined can be stopped, and says so to those who wait") {
  BrokerProcess broker;
  ::kill(broker.pid(), SIGSTOP);
  Worker one(broker, {0, 1, 1});
  REQUIRE(one.comm().start());
  auto joined = std::async(std::launch::async, [&] { return one.comm().wait_until_joined(); });
  one.comm().stop(0ms);
  CHECK_FALSE(joined.get());
}

TEST_CASE("CommThread may be stopped by several threads at once") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  one.join_pool();
  auto other = std::async(std::launch::async, [&] { one.comm().stop(5s); });
  one.comm().stop(5s);
  other.get();
  one.comm().stop(5s);
}

TEST_CASE("CommThread's callbacks may post, however full the post box is") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  one.when_stopped([&] {
    for (int i = 0; i < 10'000; ++i) one.comm().post(control::Ready{});
  });
  one.join_pool();
  one.daemon().send(control::Stop{});
  for (int i = 0; i < 10'000; ++i) REQUIRE(one.next_to_daemon());
}

control::FromWorker line(int number) { return control::to_message({{}, LogLevel::info, "w1", std::to_string(number)}); }

int number_of(const control::FromWorker& message) {
  const auto* log = std::get_if<control::Log>(&message);
  return log == nullptr || log->name != "w1" ? -1 : std::stoi(log->text);
}

TEST_CASE("CommThread brings every log line to the daemon, in order, though it reads late") {
  constexpr int lines = 50'000;  // more than channel and post box take together
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  one.join_pool();
  std::thread writer([&] {
    for (int i = 0; i < lines; ++i) one.comm().post(line(i));
  });
  int read = 0;
  while (read < lines) {
    const auto message = one.next_to_daemon();
    REQUIRE(message);
    if (number_of(*message) != read++) FAIL("out of order");
  }
  writer.join();
}

TEST_CASE("CommThread brings the last log lines to the daemon before it ends") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  one.join_pool();
  auto stopped = std::async(std::launch::async, [&] {
    for (int i = 0; i < 5000; ++i) one.comm().post(line(i));
    one.comm().stop(20s);
    one.comm().post(line(5000));  // too late: not sent, but not waited for either
  });
  for (int i = 0; i < 5000; ++i) {
    const auto message = one.next_to_daemon();
    REQUIRE(message);
    if (number_of(*message) != i) FAIL("out of order");
  }
  stopped.get();
}

TEST_CASE("CommThread does not wait for a daemon that reads nothing longer than it may") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  one.join_pool();
  for (int i = 0; i < 3000; ++i) {
    one.comm().post(control::to_message({{}, LogLevel::info, "w1", std::string(1000, 'x')}));
  }
  const TimePoint before = Clock::now();
  one.comm().stop(50ms);
  CHECK(Clock::now() - before >= 50ms);
  CHECK(Clock::now() - before < 10s);
}

TEST_CASE("CommThread takes no signals, nor do ZeroMQ's own threads") {
  BrokerProcess broker;
  Worker one(broker, {0, 1, 1});
  one.join_pool();
  const auto ours = [] {
    std::vector<std::filesystem::path> threads;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(entry.path() / "comm"), name);
      if (name == "scoop-comm" || name.starts_with("ZMQbg")) threads.push_back(entry.path());
    }
    return threads;
  };
  // ZeroMQ's give themselves their names, when they get to it.
  REQUIRE(test::wait_until([&] { return ours().size() == 3; }));
  for (const auto& thread : ours()) {
    std::string line;
    for (std::ifstream status(thread / "status"); std::getline(status, line);) {
      if (line.starts_with("SigBlk:")) break;
    }
    const auto blocked = std::stoull(line.substr(line.find('\t') + 1), nullptr, 16);
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGWINCH}) CHECK((blocked >> (signal - 1) & 1) == 1);
  }
}

}  // namespace
}  // namespace scoop

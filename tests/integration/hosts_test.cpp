#include <doctest/doctest.h>
#include <signal.h>

#include <memory>

#include "support/bare_worker.hpp"
#include "support/comm_worker.hpp"
#include "support/strangers.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::BareWorker;
using test::BrokerProcess;
using test::check_all_delivered_once;
using test::CommWorker;
using test::is_ready;
using test::listen;
using test::RawConnection;
using test::submit;
using test::ZeroMqStranger;

control::RunPlan plan_with_keys() {
  control::RunPlan run;
  run.keys = *make_run_keys();
  return run;
}

/// A broker on host 0 that listens for others, and a worker on each of two hosts; all on this machine.
struct Hosts {
  explicit Hosts(control::RunPlan run_plan = plan_with_keys(), const std::string& broker_where = "127.0.0.1")
      : run(std::move(run_plan)), broker(run) {
    REQUIRE(is_ready(broker));
    address = listen<control::Listening>(broker, {broker_where, 0, 0}).address;
  }
  void start_near(const std::string& tcp_where) {
    near = std::make_unique<CommWorker>(
        broker, WorkerId{0, 1, 1}, CommWorker::Options{.faults = faults(), .tcp_where = tcp_where, .keys = run.keys});
    near->join_pool();
  }
  void start_far(const std::string& tcp_where) {
    far = std::make_unique<CommWorker>(
        broker, WorkerId{1, 1, 1},
        CommWorker::Options{.faults = faults(), .broker_address = address, .tcp_where = tcp_where, .keys = run.keys});
    far->join_pool();
  }
  FaultInjector faults() const { return {run.fault.seed, run.fault.rate}; }

  /// Each runs what the other one submits.
  void work_for_each_other() {
    for (CommWorker* owner : {near.get(), far.get()}) {
      submit(*owner, tasks + 1, 300);
      check_all_delivered_once(*owner, tasks + 300);
    }
    tasks += 300;
    CHECK(near->runtime().ran() == tasks);
    CHECK(far->runtime().ran() == tasks);
  }
  /// By which others reach these workers, and the broker.
  std::vector<std::string> tcp_addresses() {
    std::vector<std::string> found{address};
    BareWorker asking(broker, {0, 9, 1});
    asking.greet();
    const auto welcome = asking.next<Welcome>();
    REQUIRE(welcome);
    for (const Member& member : welcome->members) {
      for (const std::string& one : member.addresses) {
        if (is_tcp(one)) found.push_back(one);
      }
    }
    return found;
  }

  control::RunPlan run;
  BrokerProcess broker;
  std::string address;  // of the broker
  std::unique_ptr<CommWorker> near, far;
  TaskHandle tasks = 0;  // of each so far
};

TEST_CASE("Workers of two hosts work for each other") {
  control::RunPlan run = plan_with_keys();
  std::string where = "127.0.0.1";
  std::string other = "127.0.0.2";
  SUBCASE("with keys") {}
  SUBCASE("without keys") { run.keys.reset(); }
  SUBCASE("IPv6") { where = other = "::1"; }
  SUBCASE("though frames are lost and sockets reopened") { run.fault = {3, 0.05}; }
  if (where == "::1" && !ListeningSocket::bind_tcp(where, {})) {
    MESSAGE("skipped: this machine has no IPv6 loopback address");
    return;
  }
  Hosts hosts(run, where);
  hosts.start_near(where);
  hosts.start_far(other);
  CHECK(hosts.tcp_addresses().size() == 3);
  hosts.work_for_each_other();
}

TEST_CASE("Workers of two hosts need no broker for their work once they are connected") {
  Hosts hosts;
  hosts.start_near("127.0.0.1");
  hosts.start_far("127.0.0.2");
  hosts.work_for_each_other();
  // Who had the last results is still hungry, in the eyes of whom it had the tasks from; unless it ran dry just after
  // it had sent them, and told the broker.
  std::size_t delivered = 300;
  bool did_without = false;
  for (int i = 0; i < 20 && !did_without; ++i) {
    ::kill(hosts.broker.pid(), SIGSTOP);
    submit(*hosts.far, delivered + 1, 300);
    delivered += 300;
    did_without = hosts.far->runtime().wait_for_results(delivered, 2s);
    ::kill(hosts.broker.pid(), SIGCONT);
    check_all_delivered_once(*hosts.far, delivered);
  }
  CHECK(did_without);
}

TEST_CASE("Workers work with those of a host that joins late, though they have no address for others") {
  Hosts hosts;
  hosts.start_near("");
  {
    CommWorker neighbour(hosts.broker, {0, 2, 1});
    neighbour.join_pool();
    submit(*hosts.near, 1, 100);
    check_all_delivered_once(*hosts.near, 100);
    hosts.broker.send(control::Ended{{0, 2, 1}, "neighbour", false, {0, 0, "ended"}});
  }
  hosts.address = listen<control::Listening>(hosts.broker, {"127.0.0.1", 0, 0}).address;
  hosts.start_far("127.0.0.2");
  submit(*hosts.far, 1, 300);
  check_all_delivered_once(*hosts.far, 300);
  submit(*hosts.near, 101, 300);
  check_all_delivered_once(*hosts.near, 400);
}

/// The next one that has this in it.
template <class Next>
bool logs(Next next, const std::string& text) {
  const TimePoint end = Clock::now() + 20s;
  while (Clock::now() < end) {
    const auto message = next();
    if (!message) return false;
    const auto* log = std::get_if<control::Log>(&*message);
    if (log != nullptr && log->text.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("Broker and workers get nothing from strangers and tell who they were, while work goes on") {
  Hosts hosts;
  hosts.start_near("127.0.0.1");
  hosts.start_far("127.0.0.1");
  const auto addresses = hosts.tcp_addresses();
  REQUIRE(addresses.size() == 3);

  std::vector<std::unique_ptr<RawConnection>> raw;
  std::vector<std::unique_ptr<ZeroMqStranger>> others;
  for (const std::string& address : addresses) {
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100'000, '\xff'),
          test::greeting("CURVE") + std::string(100'000, 'x'), test::greeting("CURVE") + test::frame(0, 1ull << 62)}) {
      raw.push_back(std::make_unique<RawConnection>(address));
      raw.back()->send(bytes);
    }
    auto keys = *make_run_keys();
    others.push_back(std::make_unique<ZeroMqStranger>(address, std::nullopt));
    others.push_back(std::make_unique<ZeroMqStranger>(address, keys));
    keys.server_public = hosts.run.keys->server_public;
    others.push_back(std::make_unique<ZeroMqStranger>(address, keys));
  }
  hosts.work_for_each_other();
  for (const auto& connection : raw) CHECK(connection->receive_to_the_end().size() <= 64);  // the greeting
  for (const auto& stranger : others) CHECK_FALSE(stranger->hears_anything());

  const std::string said = "did not prove to be of this run";
  CHECK(logs([&] { return hosts.broker.next(); }, said));
  CHECK(logs([&] { return hosts.near->next_to_daemon(); }, said));
  CHECK(logs([&] { return hosts.far->next_to_daemon(); }, said));
  hosts.work_for_each_other();
}

}  // namespace
}  // namespace scoop

#include "launcher/host_starts.hpp"

#include <doctest/doctest.h>

using namespace scoop;
using namespace std::chrono_literals;

namespace {

const SshFailure denied{"n: it does not let you in", false};
const SshFailure busy{"n: it dropped the login", true};

struct Bench {
  explicit Bench(HostStarts::Settings settings = {}) : starts(settings) {}

  HostStarts starts;
  TimePoint now{};
  StartActions actions;

  void add(std::size_t hosts) {
    actions.clear();
    for (std::size_t host = 0; host < hosts; ++host) starts.add(host, "n" + std::to_string(host), now, actions);
  }
  void ready(std::size_t host) {
    actions.clear();
    starts.on_ready(host, now, actions);
  }
  void fail(std::size_t host, const SshFailure& failure) {
    actions.clear();
    starts.on_failed(host, failure, now, actions);
  }
  void pass(Duration time) {
    now += time;
    actions.clear();
    starts.on_tick(now, actions);
  }
  std::vector<std::size_t> connected() const {
    std::vector<std::size_t> result;
    for (const auto& action : actions) {
      if (const auto* connect = std::get_if<ConnectHost>(&action)) result.push_back(connect->host);
    }
    return result;
  }
  std::vector<std::string> refused() const {
    std::vector<std::string> result;
    for (const auto& action : actions) {
      if (const auto* refuse = std::get_if<RefuseHost>(&action)) result.push_back(refuse->reason);
    }
    return result;
  }
};

using Indices = std::vector<std::size_t>;

}  // namespace

TEST_CASE("HostStarts connects to so many hosts at once, in order") {
  Bench bench({.at_once = 2});
  bench.add(4);
  CHECK(bench.connected() == Indices{0, 1});
  bench.ready(1);
  CHECK(bench.connected() == Indices{2});
  bench.fail(0, denied);
  CHECK(bench.connected() == Indices{3});
  CHECK(bench.refused() == std::vector<std::string>{denied.message});
  CHECK_FALSE(bench.starts.are_settled());
  bench.ready(2);
  bench.ready(3);
  CHECK(bench.starts.are_settled());
  CHECK(bench.starts.next_deadline() == never);
}

TEST_CASE("HostStarts tries again where the login was dropped, later and later, each host at its own time") {
  Bench bench({.attempts = 3, .first_pause = 1s, .seed = 1});
  bench.add(2);
  bench.fail(0, busy);
  bench.fail(1, busy);
  CHECK(bench.refused().empty());
  bench.pass(499ms);
  CHECK(bench.connected().empty());
  const TimePoint begin = bench.now;
  Indices order;
  while (order.size() < 2 && bench.now < begin + 2s) {
    bench.pass(1ms);
    for (const auto host : bench.connected()) order.push_back(host);
    CHECK(bench.connected().size() < 2);
  }
  CHECK(order.size() == 2);
  bench.fail(0, busy);
  bench.pass(3s);
  CHECK(bench.connected() == Indices{0});
  bench.fail(0, busy);
  CHECK(bench.refused() == std::vector<std::string>{busy.message});
}

TEST_CASE("HostStarts leaves the place of one that waits to the others") {
  Bench bench({.at_once = 1});
  bench.add(2);
  bench.fail(0, busy);
  CHECK(bench.connected() == Indices{1});
  bench.pass(10s);
  CHECK(bench.connected().empty());
  bench.ready(1);
  CHECK(bench.connected() == Indices{0});
}

TEST_CASE("HostStarts gives up a host that makes no progress") {
  Bench bench({.limit = 30s});
  bench.add(1);
  bench.pass(29s);
  bench.starts.on_progress(0, bench.now);
  bench.pass(29s);
  CHECK(bench.actions.empty());
  CHECK(bench.starts.next_deadline() == bench.now + 1s);
  bench.pass(1s);
  REQUIRE(bench.actions.size() == 2);
  CHECK(std::get<AbandonHost>(bench.actions[0]).host == 0);
  CHECK(bench.refused() == std::vector<std::string>{"n0: it was not ready after 30 s; see whether it is overloaded, or "
                                                    "allow more with --connect-timeout"});
  CHECK(bench.starts.are_settled());
  bench.fail(0, denied);  // its ssh ends now
  CHECK(bench.actions.empty());
}

#include <doctest/doctest.h>

#include <random>

#include "common/protocol/codec.hpp"
#include "common/transport/routing_id.hpp"
#include "support/bare_worker.hpp"
#include "support/broker_process.hpp"
#include "support/process.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::BrokerProcess;
using test::is_ready;
using test::listen;
using Worker = test::BareWorker;

constexpr WorkerId w1{0, 1, 1};
constexpr WorkerId w2{0, 2, 1};

std::vector<Bytes> rubbish() {
  std::vector<Bytes> frames;
  std::mt19937 random(4711);
  for (std::size_t size = 0; size < 300; ++size) {
    Bytes bytes(size);
    for (char& c : bytes) c = static_cast<char>(random());
    frames.push_back(bytes);
  }
  // Good headers before nonsense, and of somebody else.
  for (const WorkerId from : {w1, w2, broker_id}) {
    for (const WorkerId to : {broker_id, w2}) {
      FrameHeader header{.from = from, .to = to};
      for (const std::uint64_t number : {0u, 1u, 2u, 1'000'000u}) {
        header.number = number;
        header.acknowledged = number * 7;
        Bytes bytes(frame_header_bytes + 40, '\xc1');
        write_header(header, bytes.data());
        frames.push_back(bytes);
      }
    }
  }
  return frames;
}

TEST_CASE("Broker says that it is ready, and ends as soon as its launcher is gone") {
  BrokerProcess broker;
  CHECK(is_ready(broker));
  broker.close_channel();
  CHECK(broker.wait_for_end() == 0);
}

TEST_CASE("Broker that was told nothing ends with its launcher too") {
  BrokerProcess broker(std::nullopt);
  broker.close_channel();
  CHECK(broker.wait_for_end() == 125);
}

TEST_CASE("Broker says why it cannot begin") {
  control::RunPlan run;
  run.broker_endpoint = "gopher://x";
  BrokerProcess broker(run);
  const auto message = broker.next();
  REQUIRE(message);
  const auto* failed = std::get_if<control::StartFailed>(&*message);
  REQUIRE(failed);
  CHECK(failed->reason.find("gopher://x") != std::string::npos);
  CHECK(broker.wait_for_end() == 2);
}

TEST_CASE("Broker welcomes workers and tells them of each other") {
  BrokerProcess broker;
  Worker one(broker, w1);
  one.greet();
  const auto first = one.next<Welcome>();
  REQUIRE(first);
  CHECK(first->members.size() == 1);

  Worker two(broker, w2);
  two.greet();
  const auto second = two.next<Welcome>();
  REQUIRE(second);
  CHECK(second->members.size() == 2);
  const auto joined = one.next<Joined>();
  REQUIRE(joined);
  CHECK(joined->member.id == w2);
  CHECK(joined->member.addresses == two.self().addresses);
}

TEST_CASE("Broker orders the one with surplus to feed the hungry one") {
  BrokerProcess broker;
  Worker one(broker, w1);
  Worker two(broker, w2);
  one.greet();
  REQUIRE(one.next<Welcome>());
  two.greet();
  REQUIRE(two.next<Welcome>());
  two.say(Hungry{});
  one.say(Surplus{5});
  const auto feed = one.next<Feed>();
  REQUIRE(feed);
  CHECK(feed->thief.id == w2);
}

TEST_CASE("Broker passes on that a worker's process ended") {
  BrokerProcess broker;
  Worker one(broker, w1);
  Worker two(broker, w2);
  one.greet();
  REQUIRE(one.next<Welcome>());
  two.greet();
  REQUIRE(two.next<Welcome>());
  broker.send(control::Ended{w2, "w2@here", false, {9, 0, "killed by signal 9 (Killed)"}});
  const auto lost = one.next<Lost>();
  REQUIRE(lost);
  CHECK(lost->worker.id == w2);
  CHECK(lost->worker.cause.signal == 9);
  // What it says after its end is answered with the news.
  two.say(Hungry{});
  const auto own = two.next<Lost>();
  REQUIRE(own);
  CHECK(own->worker.id == w2);
}

TEST_CASE("Broker takes a worker for lost that says nothing for too long") {
  control::RunPlan run;
  run.lost_after_ms = 1500;
  BrokerProcess broker(run);
  Worker one(broker, w1);
  Worker two(broker, w2);
  one.greet();
  REQUIRE(one.next<Welcome>());
  two.greet();
  REQUIRE(two.next<Welcome>());
  std::optional<Lost> lost;
  for (int i = 0; i < 100 && !lost; ++i) {
    one.say(Heartbeat{});
    lost = one.next<Lost>(200ms);
  }
  REQUIRE(lost);
  CHECK(lost->worker.id == w2);
}

TEST_CASE("Broker serves on though rubbish comes in, and reports it with moderation") {
  BrokerProcess broker;
  REQUIRE(is_ready(broker));
  Worker good(broker, w1);
  good.greet();
  REQUIRE(good.next<Welcome>());

  Context context;
  auto bad = *Dealer::connect(context, broker.address(), to_routing_id(w2));
  auto stranger = *Dealer::connect(context, broker.address(), {});
  const auto frames = rubbish();
  for (const Bytes& frame : frames) {
    REQUIRE(bad.send(frame) == Sent::yes);
    REQUIRE(stranger.send(frame) == Sent::yes);
  }
  const auto reported = broker.next();
  REQUIRE(reported);
  const auto* log = std::get_if<control::Log>(&*reported);
  REQUIRE(log);
  CHECK(log->text.find("frames dropped") != std::string::npos);
  CHECK(log->text.find(to_string(w2)) != std::string::npos);

  // It did what it was asked before and does so still.
  good.say(Surplus{1});
  Worker third(broker, {0, 3, 1});
  third.greet();
  REQUIRE(third.next<Welcome>());
  third.say(Hungry{});
  CHECK(good.next<Feed>());
  CHECK_FALSE(broker.wait_for_end(1ms));
  int more = 0;
  while (broker.next(10ms)) ++more;
  CHECK(more <= 20);  // of some 350
}

TEST_CASE("Broker listens by TCP when it is told to, in the middle of a run and again") {
  control::RunPlan run;
  SUBCASE("with keys") { run.keys = *make_run_keys(); }
  SUBCASE("without keys") {}
  SUBCASE("and loses nothing to faults") { run.fault = {6, 0.1}; }
  BrokerProcess broker(run);
  REQUIRE(is_ready(broker));
  Worker near(broker, w1);
  near.greet();
  REQUIRE(near.next<Welcome>());

  for (std::uint16_t host = 1; host <= 3; ++host) {
    const std::string address = listen<control::Listening>(broker, {"127.0.0.1", 0, 0}).address;
    CHECK(address.starts_with("tcp://127.0.0.1:"));
    Worker far(broker, {host, 1, 1}, address, run.keys);
    far.greet();
    const auto welcome = far.next<Welcome>();
    REQUIRE(welcome);
    CHECK(welcome->members.size() == 1u + host);
    const auto joined = near.next<Joined>();
    REQUIRE(joined);
    CHECK(joined->member.id == far.self().id);
  }
}

TEST_CASE("Broker says why it does not listen, and goes on") {
  BrokerProcess broker;
  REQUIRE(is_ready(broker));
  const auto taken = *ListeningSocket::bind_tcp("127.0.0.1", {});
  const auto port = static_cast<std::uint16_t>(std::stoi(taken.address().substr(taken.address().rfind(':') + 1)));
  CHECK(listen<control::NotListening>(broker, {"127.0.0.1", port, port}).reason ==
        "The broker cannot listen on 127.0.0.1: port " + std::to_string(port) + " is taken; choose another one.");
  CHECK(listen<control::NotListening>(broker, {"gopher", 0, 0}).reason.find("gopher") != std::string::npos);
  Worker one(broker, w1);
  one.greet();
  CHECK(one.next<Welcome>());
}

TEST_CASE("Broker loses nothing to faults of its own") {
  control::RunPlan run;
  run.fault = {5, 0.2};
  BrokerProcess broker(run);
  Worker one(broker, w1);
  one.greet();
  REQUIRE(one.next<Welcome>());
  for (std::uint16_t slot = 10; slot < 20; ++slot) {
    Worker other(broker, {0, slot, 1});
    other.greet();
    REQUIRE(other.next<Welcome>());
    const auto joined = one.next<Joined>();
    REQUIRE(joined);
    CHECK(joined->member.id.slot == slot);
  }
}

TEST_CASE("Broker's command line is checked") {
  const auto none = test::run({.argv = {SCOOP_BROKER}});
  CHECK(none.status == 2);
  CHECK(none.err.find("--listen-fd") != std::string::npos);
  const auto wrong = test::run({.argv = {SCOOP_BROKER, "--listen-fd", "x", "--control-fd", "3"}});
  CHECK(wrong.status == 2);
  const auto version = test::run({.argv = {SCOOP_BROKER, "--version"}});
  CHECK(version.status == 0);
  CHECK(version.out.find("scoop-broker 0.") != std::string::npos);
}

}  // namespace
}  // namespace scoop

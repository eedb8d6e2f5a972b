#include <doctest/doctest.h>

#include "support/bare_worker.hpp"
#include "support/wire.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::BrokerProcess;
using test::is_ready;
using test::listen;
using test::Wire;
using Worker = test::BareWorker;

/// Two workers of two hosts, which are members of a pool and know each other.
struct TwoHosts {
  explicit TwoHosts(const std::string& tcp_where_of_one = "127.0.0.1") : one_listens(tcp_where_of_one) {
    run.keys = *make_run_keys();
    broker.emplace(run);
    REQUIRE(is_ready(*broker));
    const std::string address = listen<control::Listening>(*broker, {"127.0.0.1", 0, 0}).address;
    one.emplace(*broker, WorkerId{1, 0, 1}, address, run.keys, one_listens);
    two.emplace(*broker, WorkerId{2, 0, 1}, address, run.keys, "127.0.0.2");
  }
  void join() {
    for (Worker* worker : {&*one, &*two}) {
      worker->greet();
      REQUIRE(worker->next<Welcome>());
    }
    one->learn(*two);
    two->learn(*one);
  }
  /// How long a word takes from the one to the other.
  Duration word(Worker& from, Worker& to) {
    const TimePoint begin = Clock::now();
    from.say(Surplus{++words_}, to.self().id);
    std::optional<Surplus> heard;
    CHECK(test::wait_until([&] {
      from.turn<Surplus>();
      heard = to.turn<Surplus>();
      return heard.has_value();
    }));
    REQUIRE(heard);
    CHECK(heard->tasks == words_);
    return Clock::now() - begin;
  }
  /// How many words have gone by the broker.
  std::uint64_t by_broker() const {
    return one->endpoint().counters().by_broker + two->endpoint().counters().by_broker;
  }
  void talk_directly() {
    const auto both_ways = [&] {
      word(*one, *two);
      word(*two, *one);
    };
    CHECK(test::wait_until([&] {
      const std::uint64_t before = by_broker();
      both_ways();
      return by_broker() == before;
    }));
    become_quiet();
    const std::uint64_t before = by_broker();
    for (int i = 0; i < 20; ++i) both_ways();
    CHECK(by_broker() == before);
  }
  void become_quiet() {
    CHECK(test::wait_until([&] {
      one->turn<Surplus>();
      two->turn<Surplus>();
      return one->is_quiet() && two->is_quiet();
    }));
  }

  std::string one_listens;
  control::RunPlan run;
  std::optional<BrokerProcess> broker;
  std::optional<Worker> one, two;

 private:
  std::uint64_t words_ = 0;
};

TEST_CASE("Workers of two hosts talk directly as soon as they can") {
  TwoHosts hosts;
  hosts.join();
  hosts.talk_directly();
}

TEST_CASE("Workers that do not reach each other talk by the broker, at once") {
  std::optional<ListeningSocket> silent;  // connections to it stand, and nobody is there
  std::string nowhere = "tcp://127.0.0.1:1";
  SUBCASE("refused") {}
  SUBCASE("silent") {
    silent.emplace(*ListeningSocket::bind_tcp("127.0.0.1", {}));
    nowhere = silent->address();
  }
  TwoHosts hosts;
  hosts.two->claim_addresses({nowhere});
  SUBCASE("one of them") {}
  SUBCASE("both") { hosts.one->claim_addresses({nowhere}); }
  hosts.join();
  // Nothing has to be sent again.
  Duration all{};
  for (int i = 0; i < 20; ++i) {
    all += hosts.word(*hosts.one, *hosts.two);
    all += hosts.word(*hosts.two, *hosts.one);
  }
  CHECK(all < 40 * 150ms);
  CHECK(hosts.one->endpoint().counters().by_broker >= 20);
}

TEST_CASE("Workers whose connection is cut without a sign talk by the broker soon") {
  TwoHosts hosts;
  Wire to_one(hosts.one->self().addresses.back()), to_two(hosts.two->self().addresses.back());
  hosts.one->claim_addresses({to_one.address()});
  hosts.two->claim_addresses({to_two.address()});
  hosts.join();
  hosts.talk_directly();

  to_two.cut();
  SUBCASE("one way") {}
  SUBCASE("both ways") { to_one.cut(); }
  // The other one only acknowledges, so that it has to notice by what comes twice.
  const TimePoint begin = Clock::now();
  CHECK(hosts.word(*hosts.one, *hosts.two) < 2s);
  hosts.become_quiet();
  CHECK(Clock::now() - begin < 4s);
  CHECK(hosts.word(*hosts.two, *hosts.one) < 2s);
  hosts.become_quiet();
  const std::uint64_t before = hosts.one->endpoint().counters().by_broker;
  hosts.word(*hosts.one, *hosts.two);
  CHECK(hosts.one->endpoint().counters().by_broker > before);
}

TEST_CASE("Workers of which one has no address for others talk by the broker at once") {
  TwoHosts hosts("");
  hosts.join();
  CHECK(hosts.one->self().addresses.size() == 1);
  hosts.two->say(Hungry{}, hosts.one->self().id);
  CHECK(hosts.two->endpoint().counters().by_broker == 1);
  CHECK(hosts.one->next<Hungry>());
  for (int i = 0; i < 20; ++i) {
    hosts.word(*hosts.one, *hosts.two);
    hosts.word(*hosts.two, *hosts.one);
  }
  CHECK(hosts.two->endpoint().counters().by_broker > 20);
}

}  // namespace
}  // namespace scoop

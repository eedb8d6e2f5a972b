#include <doctest/doctest.h>
#include <sys/socket.h>

#include "common/transport/broker_endpoint.hpp"
#include "support/frames.hpp"
#include "support/strangers.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::bytes_of;
using test::command;
using test::frame;
using test::greeting;
using test::next_frame;
using test::RawConnection;
using test::TempDir;
using test::text_of;
using test::wait_until;
using test::ZeroMqStranger;

constexpr WorkerId member{1, 1, 1};

/// A broker that others can reach, and a worker of the run that talks with it all the time.
class Run {
 public:
  explicit Run(std::optional<RunKeys> keys = *make_run_keys()) : keys_(std::move(keys)) {
    std::vector<ListeningSocket> listening;
    listening.push_back(*ListeningSocket::bind_tcp("127.0.0.1", {}));
    address_ = listening.front().address();
    broker_ = *BrokerEndpoint::open({.listening = std::move(listening), .keys = keys_});
    worker_ = *WorkerEndpoint::open({.self = member,
                                     .listen_address = "ipc://" + (dir_ / "worker.sock"),
                                     .broker_address = address_,
                                     .tcp_where = "127.0.0.1",
                                     .keys = keys_});
    goes_on();
  }

  /// The worker and the broker hear each other, and nobody else.
  void goes_on() {
    for (int round = 0; round < 20; ++round) {
      const std::string text = "round " + std::to_string(++rounds_);
      REQUIRE(worker_->send(broker_id, bytes_of(text)) == Sent::yes);
      const auto heard = next_frame(*broker_);
      REQUIRE(heard);
      CHECK(heard->sender == member);
      CHECK(text_of(heard->frame) == text);
      REQUIRE(broker_->send(member, bytes_of(text)) == Sent::yes);
      const auto answer = next_frame(*worker_);
      REQUIRE(answer);
      CHECK(text_of(*answer) == text);
    }
    CHECK(broker_->counters().malformed == 0);
  }

  bool has_refused(std::uint64_t count) {
    return wait_until([&] {
      goes_on();
      return broker_->refused().count >= count;
    });
  }

  const std::string& address() const { return address_; }
  const RunKeys& keys() const { return *keys_; }
  BrokerEndpoint& broker() { return *broker_; }
  WorkerEndpoint& worker() { return *worker_; }

 private:
  TempDir dir_;
  std::optional<RunKeys> keys_;
  std::string address_;
  std::unique_ptr<BrokerEndpoint> broker_;
  std::unique_ptr<WorkerEndpoint> worker_;
  int rounds_ = 0;
};

TEST_CASE("BrokerEndpoint refuses ZeroMQ peers of others, and the run goes on") {
  Run run;
  std::optional<RunKeys> keys;
  SUBCASE("without keys") {}
  SUBCASE("with the keys of another run") { keys = *make_run_keys(); }
  SUBCASE("that know the server's key, but have another of their own") {
    keys = *make_run_keys();
    keys->server_public = run.keys().server_public;
  }
  SUBCASE("that know all public keys, but not the client's secret") {
    keys = *make_run_keys();
    keys->server_public = run.keys().server_public;
    keys->client_public = run.keys().client_public;
  }
  ZeroMqStranger stranger(run.address(), keys);
  CHECK(run.has_refused(1));
  CHECK_FALSE(stranger.hears_anything());
  run.goes_on();
  CHECK(run.broker().refused().count == 1);
}

TEST_CASE("BrokerEndpoint counts those with a wrong key of their own under their address") {
  Run run;
  auto keys = *make_run_keys();
  keys.server_public = run.keys().server_public;
  const ZeroMqStranger stranger(run.address(), keys);
  REQUIRE(run.has_refused(1));
  CHECK(run.broker().refused().last_address.starts_with("127.0.0.1:"));
}

TEST_CASE("BrokerEndpoint cuts connections that bring garbage, and the run goes on") {
  Run run;
  std::string bytes;
  SUBCASE("another protocol") { bytes = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"; }
  SUBCASE("zeros") { bytes = std::string(100'000, '\0'); }
  SUBCASE("all bits set") { bytes = std::string(100'000, '\xff'); }
  SUBCASE("an old protocol") { bytes = std::string("\xff\0\0\0\0\0\0\0\1\x7f\1\5", 12) + std::string(100, '\0'); }
  SUBCASE("garbage after the greeting") { bytes = greeting("CURVE") + std::string(100'000, 'x'); }
  SUBCASE("a message instead of a handshake") { bytes = greeting("CURVE") + frame(0, 9) + "let me in"; }
  SUBCASE("another mechanism") { bytes = greeting("NULL") + frame(command, 6) + "\5READY"; }
  SUBCASE("a mechanism nobody has") { bytes = greeting("\xff\xfe"); }
  SUBCASE("an empty command") { bytes = greeting("CURVE") + frame(command, 0); }
  SUBCASE("a HELLO that is none") {
    bytes = greeting("CURVE") + frame(command, 200) + "\5HELLO\1" + std::string(193, 'x');
  }
  SUBCASE("an INITIATE before a HELLO") {
    bytes = greeting("CURVE") + frame(command, 300) + "\10INITIATE" + std::string(291, 'x');
  }
  SUBCASE("a frame of 1 MiB and one byte") { bytes = greeting("CURVE") + frame(command, max_tcp_frame_bytes + 1); }
  SUBCASE("a frame of half of all memory there is") { bytes = greeting("CURVE") + frame(command, 1ull << 62); }
  SUBCASE("a frame whose size is negative") { bytes = greeting("CURVE") + frame(command, ~0ull); }

  RawConnection stranger(run.address());
  const std::string signature = stranger.receive_some();  // so it was accepted
  run.goes_on();
  run.broker().wait({}, Clock::now());  // looks who has come
  const std::string address = stranger.own_address();
  stranger.send(bytes);
  const std::string heard = signature + stranger.receive_to_the_end();
  CHECK(heard.size() <= 64);  // the greeting
  CHECK(run.has_refused(1));
  run.goes_on();
  CHECK(run.broker().refused().count == 1);
  CHECK(run.broker().refused().last_address == address);
}

TEST_CASE("BrokerEndpoint counts strangers that are gone at once") {
  Run run;
  for (int i = 0; i < 20; ++i) RawConnection(run.address()).send("x");
  CHECK(run.has_refused(20));
  run.goes_on();
  CHECK(run.broker().refused().count == 20);
}

TEST_CASE("BrokerEndpoint is not held up by strangers that say nothing") {
  Run run;
  std::vector<RawConnection> strangers;
  for (int i = 0; i < 100; ++i) strangers.emplace_back(run.address());
  for (RawConnection& stranger : strangers) CHECK_FALSE(stranger.receive_some().empty());
  for (std::size_t i = 0; i < strangers.size(); i += 2) strangers[i].send(greeting("CURVE"));
  run.goes_on();
  CHECK(run.broker().refused().count == 0);
  strangers.clear();
  CHECK(run.has_refused(100));
}

TEST_CASE("WorkerEndpoint guards its own TCP port too") {
  Run run;
  const std::string address = run.worker().addresses().at(1);
  ZeroMqStranger stranger(address, std::nullopt);
  CHECK(wait_until([&] {
    run.goes_on();
    return run.worker().refused().count == 1;
  }));
  run.goes_on();
}

TEST_CASE("Endpoints without keys still count what speaks another protocol") {
  Run run(std::nullopt);
  RawConnection stranger(run.address());
  stranger.send(greeting("PLAIN"));
  stranger.receive_to_the_end();
  CHECK(run.has_refused(1));
}

TEST_CASE("WorkerEndpoint tells nothing to a listener that is not of the run") {
  const TempDir dir;
  const auto listening = *ListeningSocket::bind_tcp("127.0.0.1", {});
  const auto worker = *WorkerEndpoint::open({.self = member,
                                             .listen_address = "ipc://" + (dir / "worker.sock"),
                                             .broker_address = listening.address(),
                                             .keys = *make_run_keys()});
  REQUIRE(worker->send(broker_id, bytes_of("a secret")) == Sent::yes);
  UniqueFd fd;
  REQUIRE(wait_until([&] {
    fd.reset(::accept4(listening.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    return bool(fd);
  }));
  RawConnection false_broker(std::move(fd));
  std::string heard = false_broker.receive_some();
  CHECK_FALSE(heard.empty());
  SUBCASE("that does not encrypt") { false_broker.send(greeting("NULL") + frame(command, 6) + "\5READY"); }
  SUBCASE("that has other keys") {
    std::string of_a_server = greeting("CURVE");
    of_a_server[32] = 1;
    false_broker.send(of_a_server);
    const std::size_t hello_ends = 64 + 2 + 200;
    while (heard.size() < hello_ends) {
      const std::string some = false_broker.receive_some();
      REQUIRE_FALSE(some.empty());
      heard += some;
    }
    false_broker.send(frame(command, 168) + "\7WELCOME" + std::string(160, 'x'));
  }
  heard += false_broker.receive_to_the_end();
  CHECK(heard.find("secret") == std::string::npos);
  CHECK(heard.find("<nothing in time>") == std::string::npos);
}

}  // namespace
}  // namespace scoop

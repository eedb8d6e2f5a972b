#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstring>

#include "common/transport/broker_endpoint.hpp"
#include "common/transport/socket_address.hpp"
#include "support/frames.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::bytes_of;
using test::next_frame;
using test::TempDir;
using test::text_of;
using test::wait_until;

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

/// A TCP connection without ZeroMQ.
class RawConnection {
 public:
  explicit RawConnection(const std::string& address) : RawConnection(UniqueFd(::socket(AF_INET, SOCK_STREAM, 0))) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    to.sin_port = ::htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  explicit RawConnection(UniqueFd fd) : fd_(std::move(fd)) {
    const timeval limit{20, 0};
    REQUIRE(::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
    REQUIRE(::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0);
  }

  /// As much as the other side takes.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  std::string receive_some() {
    char bytes[4096];
    const ssize_t count = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (count < 0) return errno == EAGAIN ? "<nothing in time>" : "";  // reset: it ended, too
    return {bytes, static_cast<std::size_t>(count)};
  }
  std::string receive_to_the_end() {
    std::string all;
    for (std::string some; !(some = receive_some()).empty();) {
      all += some;
      if (some == "<nothing in time>") break;
    }
    return all;
  }
  std::string own_address() const { return SocketAddress::local_end(fd_.get()).to_string(); }

 private:
  UniqueFd fd_;
};

/// ZMTP 3.1: signature, version, mechanism, not a server, filler.
std::string greeting(const std::string& mechanism) {
  std::string bytes("\xff\0\0\0\0\0\0\0\1\x7f\3\1", 12);
  bytes += mechanism;
  bytes.resize(64, '\0');
  return bytes;
}

std::string frame(char flags, std::uint64_t size) {
  std::string bytes(1, static_cast<char>(flags | 2));  // long
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift & 0xff);
  return bytes;
}

constexpr char command = 4;

/// A DEALER with these keys, or none.
class ZeroMqStranger {
 public:
  ZeroMqStranger(const std::string& address, const std::optional<RunKeys>& keys) : socket_(context_.get(), ZMQ_DEALER) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::reconnect_ivl, -1);
    socket_.set(zmq::sockopt::routing_id, "w12345678");
    if (keys) {
      socket_.set(zmq::sockopt::curve_serverkey, keys->server_public);
      socket_.set(zmq::sockopt::curve_publickey, keys->client_public);
      socket_.set(zmq::sockopt::curve_secretkey, keys->client_secret);
    }
    socket_.connect(address);
    socket_.send(zmq::str_buffer("let me in"), zmq::send_flags::dontwait);
  }
  bool hears_anything() {
    zmq::message_t message;
    return socket_.recv(message, zmq::recv_flags::dontwait).has_value();
  }

 private:
  Context context_;
  zmq::socket_t socket_;
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

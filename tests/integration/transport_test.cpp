#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "common/transport/broker_endpoint.hpp"
#include "common/transport/worker_endpoint.hpp"
#include "support/frames.hpp"
#include "support/open_sockets.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop {
namespace {

using namespace std::chrono_literals;
using test::bytes_of;
using test::next_frame;
using test::TempDir;
using test::text_of;

template <class Predicate>
bool wait_until(Predicate predicate) {
  return test::wait_until(predicate, 20s);
}

constexpr WorkerId w1{0, 1, 1};
constexpr WorkerId w2{0, 2, 1};

std::string ipc(const TempDir& dir, const std::string& name) { return "ipc://" + (dir / (name + ".sock")); }

std::unique_ptr<BrokerEndpoint> open_broker(ListeningSocket listening, FaultInjector faults = {}) {
  BrokerEndpoint::Settings settings{.faults = faults};
  settings.listening.push_back(std::move(listening));
  return *BrokerEndpoint::open(std::move(settings));
}

std::unique_ptr<BrokerEndpoint> open_broker(const TempDir& dir, FaultInjector faults = {}) {
  return open_broker(*ListeningSocket::bind_ipc(ipc(dir, "broker")), faults);
}

Member member_of(const TempDir& dir, WorkerId id) { return {id, to_string(id), {ipc(dir, to_string(id))}, false}; }

std::unique_ptr<WorkerEndpoint> open_worker(const TempDir& dir, WorkerId id, FaultInjector faults = {},
                                            std::size_t max_peers = 256) {
  WorkerEndpoint::Settings settings{.self = id,
                                    .listen_address = ipc(dir, to_string(id)),
                                    .broker_address = ipc(dir, "broker"),
                                    .max_peers = max_peers,
                                    .linger_of_closed = 20s,
                                    .faults = faults.for_process(id.packed())};
  return *WorkerEndpoint::open(std::move(settings));
}

TEST_CASE("BrokerEndpoint hears a worker under its id and answers it") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  const auto two = open_worker(dir, w2);

  CHECK(one->send(broker_id, bytes_of("from one")) == Sent::yes);
  const auto heard = next_frame(*broker);
  REQUIRE(heard);
  CHECK(heard->sender == w1);
  CHECK(text_of(heard->frame) == "from one");

  CHECK(broker->send(w1, bytes_of("to one")) == Sent::yes);
  const auto answer = next_frame(*one);
  REQUIRE(answer);
  CHECK(text_of(*answer) == "to one");
  CHECK_FALSE(two->receive());
}

TEST_CASE("BrokerEndpoint says that a worker is not connected") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  CHECK(broker->send(w1, bytes_of("x")) == Sent::unreachable);
  CHECK(broker->counters().not_sent == 1);
}

TEST_CASE("WorkerEndpoint reaches peers it knows, in order, also before they listen") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  CHECK(one->send(w2, bytes_of("x")) == Sent::unreachable);  // not known yet

  one->learn(member_of(dir, w2));
  for (int i = 0; i < 1000; ++i) CHECK(one->send(w2, bytes_of(std::to_string(i))) == Sent::yes);
  const auto two = open_worker(dir, w2);
  for (int i = 0; i < 1000; ++i) {
    const auto frame = next_frame(*two);
    REQUIRE(frame);
    CHECK(text_of(*frame) == std::to_string(i));
  }
}

TEST_CASE("WorkerEndpoint reads its broker while peers flood it, and peers while its broker does") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  const auto two = open_worker(dir, w2);
  REQUIRE(one->send(broker_id, bytes_of("hello")) == Sent::yes);
  REQUIRE(next_frame(*broker));
  two->learn(member_of(dir, w1));

  bool broker_floods = false;
  SUBCASE("peers flood") {}
  SUBCASE("the broker floods") { broker_floods = true; }
  const auto send_from = [&](bool from_broker, const char* text) {
    return from_broker ? broker->send(w1, bytes_of(text)) : two->send(w1, bytes_of(text));
  };
  for (int i = 0; i < 1000; ++i) REQUIRE(send_from(broker_floods, "flood") == Sent::yes);
  REQUIRE(send_from(!broker_floods, "drop") == Sent::yes);
  // The flood never ends, so the drop comes out only if it has a turn of its own.
  CHECK(wait_until([&] {
    const auto frame = next_frame(*one);
    REQUIRE(frame);
    REQUIRE(send_from(broker_floods, "flood") == Sent::yes);
    return text_of(*frame) == "drop";
  }));
}

TEST_CASE("WorkerEndpoint carries large frames whole") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  for (const std::size_t size : {std::size_t{0}, std::size_t{4095}, std::size_t{4096}, max_frame_bytes}) {
    Bytes large(size);
    std::iota(large.begin(), large.end(), static_cast<char>(1));
    REQUIRE(one->send(broker_id, large) == Sent::yes);
    const auto heard = next_frame(*broker);
    REQUIRE(heard);
    CHECK(heard->frame.head == large);
  }
}

TEST_CASE("BrokerEndpoint cuts a connection that brings too much, and serves it when it comes again") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  const auto two = open_worker(dir, w2);
  REQUIRE(one->send(broker_id, Bytes(max_frame_bytes + 1)) == Sent::yes);
  REQUIRE(two->send(broker_id, bytes_of("meanwhile")) == Sent::yes);
  CHECK(next_frame(*broker)->sender == w2);

  // What was sent into the cut connection is lost, so more than one may be needed.
  std::optional<WorkerFrame> heard;
  CHECK(wait_until([&] {
    REQUIRE(one->send(broker_id, bytes_of("small")) == Sent::yes);
    return (heard = next_frame(*broker, 10ms)).has_value();
  }));
  CHECK(text_of(heard->frame) == "small");
}

TEST_CASE("WorkerEndpoint closes the connections it used least when there are many, and loses nothing") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1, {}, 2);
  std::vector<std::unique_ptr<WorkerEndpoint>> peers;
  for (std::uint16_t slot = 10; slot < 15; ++slot) {
    peers.push_back(open_worker(dir, {0, slot, 1}));
    one->learn(member_of(dir, {0, slot, 1}));
  }
  for (int round = 0; round < 3; ++round) {
    for (std::uint16_t slot = 10; slot < 15; ++slot) {
      CHECK(one->send({0, slot, 1}, bytes_of(std::to_string(round))) == Sent::yes);
      CHECK(one->open_peers() <= 2);
    }
  }
  for (auto& peer : peers) {
    std::multiset<std::string> read;  // connections that follow each other may overtake each other
    for (int round = 0; round < 3; ++round) {
      const auto frame = next_frame(*peer);
      REQUIRE(frame);
      read.insert(text_of(*frame));
    }
    CHECK(read == std::multiset<std::string>{"0", "1", "2"});
  }
}

TEST_CASE("WorkerEndpoint refuses a frame when the peer's queue is full, and ends without waiting for it") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  auto one = open_worker(dir, w1);
  one->learn(member_of(dir, w2));  // nobody listens there
  int accepted = 0;
  while (accepted <= max_queued_frames && one->send(w2, bytes_of("x")) == Sent::yes) ++accepted;
  CHECK(accepted == max_queued_frames);
  CHECK(one->send(w2, bytes_of("x")) == Sent::full);
  CHECK(one->counters().not_sent == 2);

  const TimePoint before = Clock::now();
  one.reset();
  CHECK(Clock::now() - before < 10s);
}

TEST_CASE("WorkerEndpoint delivers what is under way within its linger") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  auto one = open_worker(dir, w1);
  for (int i = 0; i < 100; ++i) REQUIRE(one->send(broker_id, bytes_of(std::to_string(i))) == Sent::yes);
  one->set_linger(20s);
  one.reset();
  for (int i = 0; i < 100; ++i) {
    const auto heard = next_frame(*broker);
    REQUIRE(heard);
    CHECK(text_of(heard->frame) == std::to_string(i));
  }
}

TEST_CASE("WorkerEndpoint waits no longer than its linger for a peer that is not there") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  auto one = open_worker(dir, w1);
  one->learn(member_of(dir, w2));
  REQUIRE(one->send(w2, bytes_of("in vain")) == Sent::yes);
  one->set_linger(100ms);
  const TimePoint before = Clock::now();
  one.reset();
  CHECK(Clock::now() - before >= 99ms);  // libzmq counts whole milliseconds
  CHECK(Clock::now() - before < 10s);
}

TEST_CASE("WorkerEndpoint forgets a lost peer") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  one->learn(member_of(dir, w2));
  CHECK(one->send(w2, bytes_of("x")) == Sent::yes);
  CHECK(one->open_peers() == 1);
  one->forget(w2);
  CHECK(one->open_peers() == 0);
  CHECK(one->send(w2, bytes_of("x")) == Sent::unreachable);
}

TEST_CASE("BrokerEndpoint answers the newest connection of a worker") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  Context context;
  auto older = *Dealer::connect(context, ipc(dir, "broker"), "w12345678");
  REQUIRE(older.send(bytes_of("older")) == Sent::yes);
  const auto first = next_frame(*broker);
  REQUIRE(first);
  auto newer = *Dealer::connect(context, ipc(dir, "broker"), "w12345678");
  REQUIRE(newer.send(bytes_of("newer")) == Sent::yes);
  const auto second = next_frame(*broker);
  REQUIRE(second);
  CHECK(second->sender == first->sender);

  REQUIRE(broker->send(second->sender, bytes_of("answer")) == Sent::yes);
  CHECK(wait_until([&] { return newer.receive().has_value(); }));
  CHECK_FALSE(older.receive());
}

TEST_CASE("BrokerEndpoint uses nothing of strangers and of messages in parts") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  Context context;
  auto stranger = *Dealer::connect(context, ipc(dir, "broker"), {});
  REQUIRE(stranger.send(bytes_of("who am I")) == Sent::yes);
  CHECK(wait_until([&] { return !broker->receive() && broker->counters().malformed == 1; }));

  zmq::socket_t parts(context.get(), zmq::socket_type::dealer);
  parts.set(zmq::sockopt::linger, 0);
  parts.set(zmq::sockopt::routing_id, "w12345678");
  parts.connect(ipc(dir, "broker"));
  for (const char* text : {"a", "b", "c"}) parts.send(zmq::buffer(text, 1), zmq::send_flags::sndmore);
  parts.send(zmq::buffer("d", 1), zmq::send_flags::none);
  parts.send(zmq::buffer("whole", 5), zmq::send_flags::none);
  const auto in_parts = next_frame(*broker);
  REQUIRE(in_parts);
  CHECK(in_parts->frame.head.empty());
  const auto whole = next_frame(*broker);
  REQUIRE(whole);
  CHECK(text_of(whole->frame) == "whole");
}

TEST_CASE("BrokerEndpoint opened anew on the same descriptor hears the workers again") {
  const TempDir dir;
  const auto listening = *ListeningSocket::bind_ipc(ipc(dir, "broker"));
  const auto open = [&] {
    return open_broker(*ListeningSocket::adopt(UniqueFd(::dup(listening.fd())), listening.address()));
  };
  auto broker = open();
  const auto one = open_worker(dir, w1);
  REQUIRE(one->send(broker_id, bytes_of("first life")) == Sent::yes);
  REQUIRE(next_frame(*broker));
  broker.reset();
  CHECK(std::filesystem::exists(listening.address().substr(6)));
  broker = open();
  CHECK(wait_until([&] {
    REQUIRE(one->send(broker_id, bytes_of("second life")) == Sent::yes);
    return next_frame(*broker, 10ms).has_value();
  }));
  CHECK(broker->send(w1, bytes_of("welcome back")) == Sent::yes);
  CHECK(next_frame(*one));
}

TEST_CASE("Endpoints go on after sockets were closed and opened again") {
  const TempDir dir;
  const auto broker = open_broker(dir, FaultInjector(3, 0.4));
  const auto one = open_worker(dir, w1, FaultInjector(4, 0.4));
  const auto two = open_worker(dir, w2, FaultInjector(5, 0.4));
  one->learn(member_of(dir, w2));
  two->learn(member_of(dir, w1));
  for (int i = 0; i < 500; ++i) {
    one->send(w2, bytes_of("x"));
    two->send(w1, bytes_of("x"));
    one->send(broker_id, bytes_of("x"));
    broker->send(w1, bytes_of("x"));
  }
  CHECK(broker->counters().reopened_by_fault > 0);
  CHECK(one->counters().reopened_by_fault > 0);
  CHECK(one->counters().lost_by_fault > 200);

  const auto drain = [](auto& endpoint) {
    while (endpoint.receive()) {
    }
  };
  drain(*one), drain(*two), drain(*broker);
  const auto arrives = [&](auto& from, WorkerId to, auto& at) {
    return wait_until([&] {
      from.send(to, bytes_of("again"));
      while (const auto frame = next_frame(at, 10ms)) {
        if constexpr (std::is_same_v<decltype(frame), const std::optional<Frame>>) {
          if (text_of(*frame) == "again") return true;
        } else if (text_of(frame->frame) == "again") {
          return true;
        }
      }
      return false;
    });
  };
  CHECK(arrives(*one, w2, *two));
  CHECK(arrives(*two, w1, *one));
  CHECK(arrives(*one, broker_id, *broker));
  CHECK(arrives(*broker, w1, *one));
}

TEST_CASE("Endpoints wait together with descriptors of others") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  PolledFd polled[] = {{.fd = ends[0]}};

  const TimePoint before = Clock::now();
  broker->wait(polled, before + 20ms);
  CHECK_FALSE(polled[0].ready);
  CHECK(Clock::now() >= before + 20ms);
  broker->wait(polled, before);  // long past
  CHECK_FALSE(polled[0].ready);

  SUBCASE("bytes") { REQUIRE(::write(ends[1], "x", 1) == 1); }
  SUBCASE("end") { ::close(ends[1]); }
  broker->wait(polled, never);
  CHECK(polled[0].ready);
  ::close(ends[0]);
}

TEST_CASE("Endpoints leave no descriptor to programs that are started") {
  const TempDir dir;
  const auto broker = open_broker(dir);
  const auto one = open_worker(dir, w1);
  const auto two = open_worker(dir, w2);
  one->learn(member_of(dir, w2));
  REQUIRE(one->send(w2, bytes_of("x")) == Sent::yes);
  REQUIRE(next_frame(*two));
  REQUIRE(one->send(broker_id, bytes_of("x")) == Sent::yes);
  REQUIRE(next_frame(*broker));

  const auto sockets = test::open_sockets();
  CHECK(sockets.size() > 6);
  for (const int fd : sockets) CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("ListeningSocket refuses addresses it cannot have") {
  const TempDir dir;
  const auto failure = [](const std::string& address) {
    const auto bound = ListeningSocket::bind_ipc(address);
    return bound ? std::string("bound") : bound.failure().message;
  };
  CHECK(failure(ipc(dir, std::string(107, 'x'))).find("SCOOP_RUNTIME_DIR") != std::string::npos);
  CHECK(failure("tcp://127.0.0.1:1").find("not an ipc:// address") != std::string::npos);
  CHECK(failure("ipc://").find("bytes") != std::string::npos);
  CHECK(failure(ipc(dir, "no/such")).find("No such file or directory") != std::string::npos);
  const auto first = ListeningSocket::bind_ipc(ipc(dir, "a"));
  REQUIRE(first);
  CHECK(failure(ipc(dir, "a")).find("in use") != std::string::npos);
  CHECK_FALSE(ListeningSocket::adopt(UniqueFd(::open("/dev/null", O_RDONLY)), ipc(dir, "b")));
}

std::uint16_t port_of(const ListeningSocket& socket) {
  return static_cast<std::uint16_t>(std::stoi(socket.address().substr(socket.address().rfind(':') + 1)));
}

std::string tcp_failure(const std::string& where, PortRange ports) {
  const auto bound = ListeningSocket::bind_tcp(where, ports);
  return bound ? "bound " + bound->address() : bound.failure().message;
}

TEST_CASE("ListeningSocket tells the TCP port that the system chose") {
  const auto one = *ListeningSocket::bind_tcp("127.0.0.1", {});
  const auto two = *ListeningSocket::bind_tcp("127.0.0.1", {});
  CHECK(one.address().starts_with("tcp://127.0.0.1:"));
  CHECK(port_of(one) != 0);
  CHECK(port_of(one) != port_of(two));
  CHECK((::fcntl(one.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("ListeningSocket listens on the address of an interface") {
  CHECK(ListeningSocket::bind_tcp("lo", {})->address().starts_with("tcp://127.0.0.1:"));
}

TEST_CASE("ListeningSocket takes the first free port of a range, and says so when there is none") {
  const auto taken = *ListeningSocket::bind_tcp("127.0.0.1", {});
  const std::uint16_t port = port_of(taken);
  CHECK(tcp_failure("127.0.0.1", {port, port}) ==
        "cannot listen on 127.0.0.1: port " + std::to_string(port) + " is taken; choose another one");

  // Others may take ports meanwhile, but not all.
  const std::uint16_t last = port < 65'000 ? port + 500 : port;
  const std::uint16_t first = port < 65'000 ? port : port - 500;
  const auto next = *ListeningSocket::bind_tcp("127.0.0.1", {first, last});
  CHECK(port_of(next) != port);
  CHECK(port_of(next) >= first);
  CHECK(port_of(next) <= last);
  const auto [low, high] = std::minmax({port, port_of(next)});
  std::vector<ListeningSocket> between;
  for (int p = low + 1; p < high; ++p) {
    const auto one = static_cast<std::uint16_t>(p);
    if (auto bound = ListeningSocket::bind_tcp("127.0.0.1", {one, one})) between.push_back(*std::move(bound));
  }
  CHECK(tcp_failure("127.0.0.1", {low, high}) == "cannot listen on 127.0.0.1: all ports from " + std::to_string(low) +
                                                     " to " + std::to_string(high) + " are taken; choose others");
}

TEST_CASE("ListeningSocket says what is wrong with a TCP address") {
  CHECK(tcp_failure("192.0.2.1", {}) == "cannot listen on 192.0.2.1: it is no address of this machine");
  const std::string unknown = tcp_failure("no such name", {});
  CHECK(unknown.starts_with(
      "cannot listen: \"no such name\" is neither an IP address nor an interface of this machine, which has "));
  CHECK(unknown.find("lo") != std::string::npos);
}

TEST_CASE("ListeningSocket removes the file it made, and no other") {
  const TempDir dir;
  const std::string file = dir / "a.sock";
  {
    auto bound = *ListeningSocket::bind_ipc(ipc(dir, "a"));
    { const auto adopted = ListeningSocket::adopt(UniqueFd(::dup(bound.fd())), bound.address()); }
    CHECK(std::filesystem::exists(file));
    const ListeningSocket moved = std::move(bound);
    CHECK(std::filesystem::exists(file));
  }
  CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace scoop

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>

#include "common/transport/broker_endpoint.hpp"
#include "common/transport/socket_address.hpp"
#include "common/transport/tcp_trial.hpp"
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
using test::wait_until;

constexpr WorkerId here{0, 1, 1};
constexpr WorkerId there{1, 1, 1};
constexpr WorkerId elsewhere{2, 1, 1};

std::string ipc(const TempDir& dir, const std::string& name) { return "ipc://" + (dir / (name + ".sock")); }

std::unique_ptr<BrokerEndpoint> open_broker(std::vector<ListeningSocket> listening, std::optional<RunKeys> keys) {
  return *BrokerEndpoint::open({.listening = std::move(listening), .keys = std::move(keys)});
}

/// By ipc and by TCP; the second address is that for other hosts.
std::vector<ListeningSocket> listen_both_ways(const TempDir& dir, const std::string& where = "127.0.0.1") {
  std::vector<ListeningSocket> listening;
  listening.push_back(*ListeningSocket::bind_ipc(ipc(dir, "broker")));
  listening.push_back(*ListeningSocket::bind_tcp(where, {}));
  return listening;
}

std::unique_ptr<WorkerEndpoint> open_worker(const TempDir& dir, WorkerId id, const std::string& broker,
                                            std::optional<RunKeys> keys, const std::string& where = "127.0.0.1") {
  return *WorkerEndpoint::open({.self = id,
                                .listen_address = ipc(dir, to_string(id)),
                                .broker_address = broker,
                                .tcp_where = where,
                                .keys = std::move(keys)});
}

Member member_of(WorkerId id, const WorkerEndpoint& endpoint) {
  return {id, to_string(id), endpoint.addresses(), false};
}

/// Until the one is connected to the other its frames go by the broker, which passes nothing on here.
void connect(WorkerEndpoint& from, WorkerId to, WorkerEndpoint& receiver) {
  CHECK(wait_until([&] {
    REQUIRE(from.send(to, bytes_of("connect")) == Sent::yes);
    const auto heard = next_frame(receiver, 10ms);
    return heard && !heard->by_broker;
  }));
  while (next_frame(receiver, 10ms)) {
  }
}

bool has_ipv6() { return bool(ListeningSocket::bind_tcp("::1", {})); }

/// A word from the worker to the broker, and back.
void talk(WorkerEndpoint& worker, WorkerId id, BrokerEndpoint& broker, const std::string& text) {
  REQUIRE(worker.send(broker_id, bytes_of(text)) == Sent::yes);
  const auto heard = next_frame(broker);
  REQUIRE(heard);
  CHECK(heard->sender == id);
  CHECK(text_of(heard->frame) == text);
  REQUIRE(broker.send(id, bytes_of("re: " + text)) == Sent::yes);
  const auto answer = next_frame(worker);
  REQUIRE(answer);
  CHECK(text_of(*answer) == "re: " + text);
}

TEST_CASE("Endpoints talk over TCP, to the broker and to each other") {
  const TempDir dir;
  std::string where = "127.0.0.1";
  std::optional<RunKeys> keys = *make_run_keys();
  SUBCASE("with keys") {}
  SUBCASE("without keys") { keys.reset(); }
  SUBCASE("IPv6") { where = "::1"; }
  if (where == "::1" && !has_ipv6()) {
    MESSAGE("skipped: this machine has no IPv6 loopback address");
    return;
  }
  auto listening = listen_both_ways(dir, where);
  const std::string address = listening[1].address();
  CHECK(address.starts_with(where == "::1" ? "tcp://[::1]:" : "tcp://127.0.0.1:"));
  const auto broker = open_broker(std::move(listening), keys);
  const auto one = open_worker(dir, there, address, keys, where);
  const auto two = open_worker(dir, elsewhere, address, keys, where);
  talk(*one, there, *broker, "one");
  talk(*two, elsewhere, *broker, "two");

  one->learn(member_of(elsewhere, *two));
  two->learn(member_of(there, *one));
  connect(*one, elsewhere, *two);
  connect(*two, there, *one);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(one->send(elsewhere, bytes_of(std::to_string(i))) == Sent::yes);
    const auto ping = next_frame(*two);
    REQUIRE(ping);
    CHECK(text_of(*ping) == std::to_string(i));
    REQUIRE(two->send(there, bytes_of("pong")) == Sent::yes);
    REQUIRE(next_frame(*one));
  }
  CHECK(broker->refused().count == 0);
  CHECK(one->refused().count == 0);
}

TEST_CASE("BrokerEndpoint serves its own host by ipc and others by TCP, at once") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  auto listening = listen_both_ways(dir);
  SUBCASE("ipc first") {}
  SUBCASE("TCP first") { std::swap(listening[0], listening[1]); }
  const std::string first = listening[0].address();
  const std::string second = listening[1].address();
  const auto broker = open_broker(std::move(listening), keys);
  const auto by_first = open_worker(dir, here, first, keys);
  const auto by_second = open_worker(dir, there, second, keys);
  for (int i = 0; i < 100; ++i) {
    talk(*by_first, here, *broker, "first " + std::to_string(i));
    talk(*by_second, there, *broker, "second " + std::to_string(i));
  }
}

TEST_CASE("WorkerEndpoint takes the best address that leads to a peer") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  auto listening = listen_both_ways(dir);
  const std::string by_ipc = listening[0].address();
  const auto broker = open_broker(std::move(listening), keys);
  const auto one = open_worker(dir, here, by_ipc, keys);
  constexpr WorkerId neighbour{0, 2, 1};
  const auto near = open_worker(dir, neighbour, by_ipc, keys);
  const auto far = open_worker(dir, there, by_ipc, keys);
  REQUIRE(near->addresses().size() == 2);
  CHECK(near->addresses()[0] == ipc(dir, to_string(neighbour)));
  CHECK(near->addresses()[1].starts_with("tcp://127.0.0.1:"));

  // The other address of each leads nowhere.
  one->learn({neighbour, "near", {near->addresses()[0], "tcp://127.0.0.1:1"}, false});
  one->learn({there, "far", {ipc(dir, "nobody"), far->addresses()[1]}, false});
  CHECK(one->send(neighbour, bytes_of("near")) == Sent::yes);
  CHECK(next_frame(*near));
  CHECK(one->counters().by_broker == 0);
  connect(*one, there, *far);
}

/// A worker of host 0 that knows one of host 1, and what the broker hears of it.
struct FarPeer {
  FarPeer() {
    auto listening = listen_both_ways(dir);
    const std::string by_ipc = listening[0].address();
    broker = open_broker(std::move(listening), keys);
    one = open_worker(dir, here, by_ipc, keys);
    far = open_worker(dir, there, by_ipc, keys);
  }
  void send_by_broker(bool may_overtake = true) {
    const std::uint64_t before = one->counters().by_broker;
    const std::string text = std::to_string(before);
    REQUIRE(one->send(there, bytes_of(text), {}, may_overtake) == Sent::yes);
    REQUIRE(one->counters().by_broker == before + 1);
    const auto heard = next_frame(*broker);
    REQUIRE(heard);
    CHECK(heard->sender == here);
    CHECK(text_of(heard->frame) == text);
  }

  TempDir dir;
  RunKeys keys = *make_run_keys();
  std::unique_ptr<BrokerEndpoint> broker;
  std::unique_ptr<WorkerEndpoint> one, far;
};

TEST_CASE("WorkerEndpoint sends by the broker what it cannot send directly to another host") {
  FarPeer pair;
  std::optional<ListeningSocket> silent;
  Member far = member_of(there, *pair.far);
  SUBCASE("no address leads there") { far.addresses.pop_back(); }
  SUBCASE("nobody listens") { far.addresses.back() = "tcp://127.0.0.1:1"; }
  SUBCASE("nobody answers") {
    silent.emplace(*ListeningSocket::bind_tcp("127.0.0.1", {}));
    far.addresses.back() = silent->address();
  }
  pair.one->learn(far);
  for (int i = 0; i < 20; ++i) pair.send_by_broker();
  CHECK_FALSE(pair.one->doubt(there));
  CHECK_FALSE(pair.far->receive());
}

TEST_CASE("WorkerEndpoint makes a doubted connection anew and goes by the broker meanwhile") {
  FarPeer pair;
  pair.one->learn(member_of(there, *pair.far));
  connect(*pair.one, there, *pair.far);
  while (next_frame(*pair.broker, 10ms)) {
  }
  for (int round = 0; round < 3; ++round) {
    REQUIRE(pair.one->doubt(there));
    pair.send_by_broker();
    CHECK_FALSE(pair.one->doubt(there));
    connect(*pair.one, there, *pair.far);
    while (next_frame(*pair.broker, 10ms)) {
    }
  }
}

TEST_CASE("WorkerEndpoint does not let a frame overtake those that went by the broker before it") {
  FarPeer pair;
  pair.one->learn(member_of(there, *pair.far));
  pair.send_by_broker();
  // Another connection to the same place, made later: when it stands, the first one does.
  pair.one->learn({elsewhere, "far", {pair.far->addresses().back()}, false});
  connect(*pair.one, elsewhere, *pair.far);
  while (next_frame(*pair.broker, 10ms)) {
  }
  for (int i = 0; i < 20; ++i) pair.send_by_broker(false);
  connect(*pair.one, there, *pair.far);
}

TEST_CASE("WorkerEndpoint doubts no peer of its own host") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  auto listening = listen_both_ways(dir);
  const std::string by_ipc = listening[0].address();
  const auto broker = open_broker(std::move(listening), keys);
  const auto one = open_worker(dir, here, by_ipc, keys);
  constexpr WorkerId neighbour{0, 2, 1};
  const auto near = open_worker(dir, neighbour, by_ipc, keys);
  one->learn(member_of(neighbour, *near));
  CHECK_FALSE(one->doubt(neighbour));
  REQUIRE(one->send(neighbour, bytes_of("x")) == Sent::yes);
  CHECK(next_frame(*near));
  CHECK(one->counters().by_broker == 0);
}

TEST_CASE("BrokerEndpoint takes larger frames by ipc than by TCP") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  auto listening = listen_both_ways(dir);
  const std::string by_ipc = listening[0].address();
  const std::string by_tcp = listening[1].address();
  const auto broker = open_broker(std::move(listening), keys);
  const auto near = open_worker(dir, here, by_ipc, keys);
  const auto far = open_worker(dir, there, by_tcp, keys);

  REQUIRE(near->send(broker_id, Bytes(max_frame_bytes, 'x')) == Sent::yes);
  REQUIRE(next_frame(*broker)->frame.head.size() == max_frame_bytes);
  const std::size_t sealed = 33;  // what encryption adds counts
  REQUIRE(far->send(broker_id, Bytes(max_tcp_frame_bytes - sealed, 'x')) == Sent::yes);
  REQUIRE(next_frame(*broker)->frame.head.size() == max_tcp_frame_bytes - sealed);

  REQUIRE(far->send(broker_id, Bytes(max_tcp_frame_bytes + 1, 'x')) == Sent::yes);
  talk(*near, here, *broker, "meanwhile");
  // What was sent into the cut connection is lost, so more than one may be needed.
  std::optional<WorkerFrame> heard;
  CHECK(wait_until([&] {
    REQUIRE(far->send(broker_id, bytes_of("small")) == Sent::yes);
    return (heard = next_frame(*broker, 10ms)).has_value();
  }));
  CHECK(text_of(heard->frame) == "small");
}

TEST_CASE("BrokerEndpoint opened anew on the same descriptors hears the workers of all hosts again") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  const auto listening = listen_both_ways(dir);
  const auto open = [&] {
    std::vector<ListeningSocket> adopted;
    for (const ListeningSocket& socket : listening) {
      adopted.push_back(*ListeningSocket::adopt(UniqueFd(::dup(socket.fd())), socket.address()));
    }
    return open_broker(std::move(adopted), keys);
  };
  auto broker = open();
  const auto near = open_worker(dir, here, listening[0].address(), keys);
  const auto far = open_worker(dir, there, listening[1].address(), keys);
  talk(*near, here, *broker, "first life");
  talk(*far, there, *broker, "first life");
  broker.reset();
  broker = open();
  for (const auto& [worker, id] : {std::pair(near.get(), here), std::pair(far.get(), there)}) {
    CHECK(wait_until([&] {
      REQUIRE(worker->send(broker_id, bytes_of("second life")) == Sent::yes);
      return next_frame(*broker, 10ms).has_value();
    }));
    while (next_frame(*broker, 10ms)) {
    }
    CHECK(broker->send(id, bytes_of("welcome back")) == Sent::yes);
    CHECK(next_frame(*worker));
  }
}

TEST_CASE("BrokerEndpoint lets newcomers in while others keep it reading") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  auto listening = listen_both_ways(dir);
  const std::string by_ipc = listening[0].address();
  const std::string by_tcp = listening[1].address();
  const auto broker = open_broker(std::move(listening), keys);
  const auto flood = open_worker(dir, here, by_ipc, keys);
  REQUIRE(flood->send(broker_id, bytes_of("flood")) == Sent::yes);
  REQUIRE(next_frame(*broker));
  const auto newcomer = open_worker(dir, there, by_tcp, keys);
  REQUIRE(newcomer->send(broker_id, bytes_of("hello")) == Sent::yes);
  const TimePoint end = Clock::now() + 20s;
  bool is_in = false;
  while (!is_in && Clock::now() < end) {  // never waits
    REQUIRE(flood->send(broker_id, bytes_of("flood")) != Sent::unreachable);
    const auto heard = broker->receive();
    is_in = heard && heard->sender == there;
  }
  CHECK(is_in);
}

TEST_CASE("A trial tells whether a way leads to an address, and why not") {
  for (const std::string where : {"127.0.0.1", "::1"}) {
    if (where == "::1" && !has_ipv6()) continue;
    std::string endpoint;
    {
      const auto listening = *ListeningSocket::bind_tcp(where, {});
      endpoint = listening.address();
      CHECK(try_tcp(endpoint, 5s));
    }
    const auto refused = try_tcp(endpoint, 5s);
    REQUIRE_FALSE(refused);
    CHECK(refused.failure().message == "Connection refused");
  }
  CHECK(try_tcp("ipc:///nowhere", 5s));
}

TEST_CASE("A trial does not wait for ever") {
  const auto listening = *ListeningSocket::bind_tcp("127.0.0.1", {});
  REQUIRE(::listen(listening.fd(), 0) == 0);  // one more connection than that is taken, then the kernel drops
  REQUIRE(try_tcp(listening.address(), 5s));
  const auto unanswered = try_tcp(listening.address(), 200ms);
  REQUIRE_FALSE(unanswered);
  CHECK(unanswered.failure().message == "nothing answers within 1 s");
}

TEST_CASE("Endpoints leave no TCP descriptor to programs that are started") {
  const TempDir dir;
  const auto keys = *make_run_keys();
  auto listening = listen_both_ways(dir);
  const std::string by_tcp = listening[1].address();
  const auto broker = open_broker(std::move(listening), keys);
  const auto far = open_worker(dir, there, by_tcp, keys);
  talk(*far, there, *broker, "x");
  const auto sockets = test::open_sockets();
  CHECK(std::ranges::any_of(sockets, [](int fd) { return !SocketAddress::remote_end(fd).to_string().empty(); }));
  for (const int fd : sockets) CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

}  // namespace
}  // namespace scoop

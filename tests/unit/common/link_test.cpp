#include "common/link/link.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <random>

#include "support/encoded_message.hpp"
#include "support/manual_clock.hpp"
#include "support/recording_sink.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId a{0, 1, 1}, b{0, 2, 1};

/// Two ends of one link, and the frames between them in the test's hands.
struct Pair {
  ManualClock clock;
  LinkLimits limits;
  struct End {
    Link link;
    RecordingSink sink;
    std::vector<Message> received;
    std::size_t failures = 0;
  };
  End left, right;

  explicit Pair(LinkLimits l = {}) : limits(l), left{Link(a, b, limits), {}, {}}, right{Link(b, a, limits), {}, {}} {}

  void send(Message message) { left.link.send(message, clock.now(), left.sink); }
  void arrive(End& at, Bytes head, const SharedBytes& body = {}) {
    const Frame frame{std::move(head), body};
    auto result = at.link.on_frame(*read_header(frame.head), frame, clock.now(), at.sink);
    if (!result)
      ++at.failures;
    else if (*result)
      at.received.push_back(**std::move(result));
  }
  /// Carries the next frame over; `lose` drops it.
  bool carry(End& from, End& to, bool lose = false) {
    if (from.sink.frames.empty()) return false;
    auto frame = std::move(from.sink.frames.front());
    from.sink.frames.pop_front();
    if (!lose) arrive(to, std::move(frame.head), frame.body);
    return true;
  }
  void carry_all() {
    while (carry(left, right) || carry(right, left)) {
    }
  }
  void lose_all() { left.sink.frames.clear(), right.sink.frames.clear(); }
  void pass(Duration time) {
    clock.advance(time);
    for (auto* end : {&left, &right})
      if (end->link.next_deadline() <= clock.now()) end->link.on_tick(clock.now(), end->sink);
  }
  /// The tasks that each Surplus received by the right end tells.
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> result;
    for (const auto& message : right.received)
      if (auto* surplus = std::get_if<Surplus>(&message)) result.push_back(surplus->tasks);
    return result;
  }
};

using Numbers = std::vector<std::uint64_t>;

Results result_of(std::size_t size, char fill = 'x') { return {{{1, {0, 1}, Bytes(size, fill)}}, false}; }

}  // namespace

TEST_CASE("Link delivers messages in order, once") {
  Pair pair;
  for (std::uint64_t i = 1; i <= 3; ++i) pair.send(Surplus{i});
  pair.carry_all();
  CHECK(pair.numbers() == Numbers{1, 2, 3});
}

TEST_CASE("Link acknowledges with what it sends anyway") {
  Pair pair;
  pair.send(Surplus{1});
  pair.carry_all();
  CHECK(pair.right.link.next_deadline() == pair.clock.now() + 20ms);
  pair.right.link.send(Surplus{2}, pair.clock.now(), pair.right.sink);
  CHECK(pair.left.link.next_deadline() != never);
  pair.carry(pair.right, pair.left);
  CHECK(pair.left.link.next_deadline() == pair.clock.now() + 20ms);
  CHECK(pair.right.link.next_deadline() == pair.clock.now() + 200ms);
}

TEST_CASE("Link acknowledges by itself after a while") {
  Pair pair;
  pair.send(Surplus{1});
  pair.carry_all();
  pair.pass(19ms);
  CHECK(pair.right.sink.frames.empty());
  pair.pass(1ms);
  REQUIRE(pair.right.sink.frames.size() == 1);
  CHECK(pair.right.sink.frames[0].head.size() < frame_header_bytes + 4);
  pair.carry_all();
  CHECK(pair.left.link.is_quiet());
  CHECK(pair.right.link.is_quiet());
  CHECK(pair.left.link.next_deadline() == never);
}

TEST_CASE("Link acknowledges at once when a quarter of the window came in") {
  Pair pair({.same_host = {4000, 1000}});
  pair.send(result_of(500));
  pair.carry_all();
  CHECK(pair.right.sink.frames.empty());
  pair.send(result_of(500));
  pair.carry(pair.left, pair.right);
  CHECK(pair.right.sink.frames.size() == 1);
}

TEST_CASE("Link sends a lost frame and all after it again") {
  Pair pair;
  for (std::uint64_t i = 1; i <= 3; ++i) pair.send(Surplus{i});
  pair.carry(pair.left, pair.right, true);
  pair.carry_all();
  CHECK(pair.numbers().empty());
  pair.pass(199ms);
  CHECK(pair.left.sink.frames.empty());
  pair.pass(1ms);
  pair.carry_all();
  CHECK(pair.numbers() == Numbers{1, 2, 3});
}

TEST_CASE("Link drops what came twice and acknowledges it again") {
  Pair pair;
  pair.send(Surplus{1});
  pair.carry_all();
  pair.pass(20ms);
  pair.lose_all();
  pair.pass(180ms);
  pair.carry_all();
  CHECK(pair.numbers() == Numbers{1});
  pair.pass(20ms);
  pair.carry_all();
  CHECK(pair.left.link.is_quiet());
}

TEST_CASE("Link waits longer each time nothing comes back, up to a limit") {
  Pair pair;
  pair.send(Surplus{1});
  for (auto wait : {200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms}) {
    pair.lose_all();
    CHECK(pair.left.link.next_deadline() == pair.clock.now() + wait);
    pair.pass(wait);
  }
  pair.carry_all();
  CHECK(pair.numbers() == Numbers{1});
}

TEST_CASE("Link doubts the way when sending again did not help, before it sends once more") {
  Pair pair;
  pair.send(Surplus{1});
  const auto doubts_after = [&](Duration wait) {
    pair.lose_all();
    pair.pass(wait);
    return pair.left.sink.doubted.size();
  };
  CHECK(doubts_after(200ms) == 0);
  CHECK(doubts_after(400ms) == 1);
  CHECK(doubts_after(800ms) == 1);
  CHECK(doubts_after(1600ms) == 2);
  CHECK(pair.left.sink.doubted.back() == b);
  pair.carry_all();
  pair.pass(20ms);
  pair.carry_all();
  pair.send(Surplus{2});
  CHECK(doubts_after(200ms) == 2);
}

TEST_CASE("Link doubts the way of its acknowledgements when they are not heard") {
  Pair pair;
  pair.send(Surplus{1});
  pair.carry_all();
  for (auto wait : {200ms, 400ms}) {
    CHECK(pair.right.sink.doubted.empty());
    pair.pass(wait);
    pair.right.sink.frames.clear();
    pair.carry_all();
  }
  CHECK(pair.right.sink.doubted == std::vector{a});
  CHECK(pair.numbers() == Numbers{1});
}

TEST_CASE("Link adapts to a slow path") {
  Pair pair;
  for (std::uint64_t i = 1; i <= 30; ++i) {
    pair.send(Surplus{i});
    pair.clock.advance(150ms);
    pair.carry_all();
    pair.right.link.send(Hungry{}, pair.clock.now(), pair.right.sink);
    pair.carry_all();
    pair.left.link.send(Hungry{}, pair.clock.now(), pair.left.sink);
    pair.carry_all();
  }
  pair.send(Surplus{31});
  CHECK(pair.left.link.next_deadline() > pair.clock.now() + 300ms);
}

TEST_CASE("Link sends nothing more when its window is full") {
  Pair pair({.same_host = {4000, 1000}});
  for (int i = 0; i < 10; ++i) pair.send(result_of(900));
  CHECK(pair.left.sink.frames.size() == 5);  // the fourth did not fill it
  pair.carry_all();
  CHECK(pair.right.received.size() == 10);
}

TEST_CASE("Link sends a frame larger than its window by itself") {
  Pair pair({.same_host = {500, 1000}});
  pair.send(result_of(900));
  pair.send(result_of(900));
  CHECK(pair.left.sink.frames.size() == 1);
  pair.carry_all();
  CHECK(pair.right.received.size() == 2);
}

TEST_CASE("Link cuts a large message into pieces and puts it together") {
  Pair pair({.same_host = {1 << 20, 1 << 17}});
  pair.send(Refused{std::string(300'000, 'r')});
  CHECK(pair.left.sink.frames.size() == 3);
  pair.carry_all();
  REQUIRE(pair.right.received.size() == 1);
  CHECK(std::get<Refused>(pair.right.received[0]).reason == std::string(300'000, 'r'));
}

TEST_CASE("Link sends a large value from where it lies") {
  Pair pair({.same_host = {1 << 20, 1 << 17}});
  const auto message = result_of(300'000, 'y');
  const SharedBytes& value = message.results[0].result;
  pair.send(message);
  // What is before it, and three pieces of it.
  const auto& frames = pair.left.sink.frames;
  REQUIRE(frames.size() == 4);
  CHECK(frames[1].body.data() == value.data());
  CHECK(frames[3].body.data() + frames[3].body.size() == value.data() + value.size());
  pair.carry_all();
  REQUIRE(pair.right.received.size() == 1);
  CHECK(std::get<Results>(pair.right.received[0]).results[0].result == value);
}

TEST_CASE("Link leaves a large value where it arrived in one piece") {
  Pair pair({.same_host = {1 << 20, 1 << 20}});
  const auto message = result_of(300'000, 'y');
  pair.send(message);
  pair.carry_all();
  REQUIRE(pair.right.received.size() == 1);
  CHECK(std::get<Results>(pair.right.received[0]).results[0].result.data() == message.results[0].result.data());
}

TEST_CASE("Link takes larger pieces between workers of one host than between hosts") {
  const LinkLimits limits{.same_host = {10'000, 1000}, .between_hosts = {1000, 100}};
  const auto frames_to = [&](WorkerId peer) {
    RecordingSink sink;
    Link(a, peer, limits).send(Refused{std::string(3000, 'r')}, TimePoint(), sink);
    return sink.frames;
  };
  CHECK(frames_to(b).size() == 4);
  CHECK(frames_to(b).front().body.size() == 1000);
  const auto to_another_host = frames_to({1, 2, 1});
  CHECK(to_another_host.front().body.size() == 100);
  CHECK(to_another_host.size() < 10);  // the window is full
}

TEST_CASE("Link puts a message together from pieces that were lost in between") {
  Pair pair({.same_host = {100'000, 1000}});
  std::mt19937 random(3);
  pair.send(result_of(50'000, 'y'));
  pair.send(Surplus{5});
  pair.send(result_of(10'000, 'z'));
  for (int i = 0; i < 2000 && pair.right.received.size() < 3; ++i) {
    while (pair.carry(pair.left, pair.right, random() % 10 == 0) ||
           pair.carry(pair.right, pair.left, random() % 10 == 0)) {
    }
    pair.pass(20ms);
  }
  REQUIRE(pair.right.received.size() == 3);
  CHECK(std::get<Results>(pair.right.received[2]).results[0].result == Bytes(10'000, 'z'));
  CHECK(pair.right.failures == 0);
}

TEST_CASE("Link lets queued control leave before queued pieces") {
  Pair pair({.same_host = {4000, 1000}});
  pair.send(result_of(20'000, 'y'));
  pair.send(result_of(1, 'z'));
  pair.send(Surplus{5});
  pair.carry_all();
  REQUIRE(pair.right.received.size() == 3);
  CHECK(std::holds_alternative<Surplus>(pair.right.received[0]));
  // Payload keeps its order.
  CHECK(std::get<Results>(pair.right.received[1]).results[0].result.size() == 20'000);
  CHECK(std::get<Results>(pair.right.received[2]).results[0].result.size() == 1);
}

TEST_CASE("Link puts large control and large payload together at the same time") {
  Pair pair({.same_host = {4000, 1000}});
  pair.send(result_of(20'000));
  pair.send(Refused{std::string(20'000, 'r')});
  pair.carry_all();
  REQUIRE(pair.right.received.size() == 2);
  CHECK(std::get<Refused>(pair.right.received[0]).reason.size() == 20'000);
}

TEST_CASE("Link refuses pieces that do not fit") {
  Pair pair({.same_host = {1 << 20, 1 << 17}, .message_bytes = 1000});
  std::uint64_t number = 0;
  auto refuse = [&](Piece piece, std::size_t size) {
    auto before = pair.right.failures;
    auto head = encoded(piece, Bytes(frame_header_bytes));
    write_header({protocol_version, a, b, ++number, 0, Traffic::payload}, head.data());
    pair.arrive(pair.right, std::move(head), Bytes(size, 'x'));
    return pair.right.failures == before + 1;
  };
  CHECK(refuse({1, 5, 10, 10}, 1));
  CHECK(refuse({1, 0, 2, 2}, 3));
  CHECK(refuse({1, 0, 1001, 1001}, 1));
  CHECK_FALSE(refuse({2, 0, 10, 10}, 1));
  CHECK(refuse({3, 1, 10, 10}, 1));
  CHECK_FALSE(refuse({2, 0, 10, 10}, 1));
  CHECK(refuse({2, 1, 11, 10}, 1));
  CHECK_FALSE(refuse({2, 0, 10, 10}, 1));
  CHECK(refuse({2, 1, 10, 9}, 1));
  CHECK(refuse({4, 0, 10, 10}, 0));
  CHECK(refuse({4, 0, 10, 11}, 11));
  CHECK_FALSE(refuse({5, 0, 10, 4}, 4));
  CHECK(refuse({5, 4, 10, 4}, 1));
  CHECK(pair.right.received.empty());
}

TEST_CASE("Link goes on after a message that it cannot read") {
  Pair pair;
  pair.send(Surplus{1});
  pair.left.sink.frames[0].head[frame_header_bytes] = 99;
  pair.carry_all();
  CHECK(pair.right.failures == 1);
  pair.send(Surplus{2});
  pair.carry_all();
  CHECK(pair.numbers() == Numbers{2});
}

TEST_CASE("Link takes only signs of life and the news of a loss outside the order") {
  Pair pair;
  pair.left.link.send_unnumbered(Heartbeat{}, pair.left.sink);
  pair.left.link.send_unnumbered(Lost{}, pair.left.sink);
  pair.left.link.send_unnumbered(Hungry{}, pair.left.sink);
  pair.carry_all();
  CHECK(pair.right.received.size() == 2);
  CHECK(pair.right.failures == 1);
}

TEST_CASE("Link does not believe an acknowledgement of what it has not sent") {
  Pair pair;
  pair.send(Surplus{1});
  pair.lose_all();
  auto frame = encoded(Heartbeat{}, Bytes(frame_header_bytes));
  write_header({protocol_version, b, a, 0, 50, Traffic::control}, frame.data());
  pair.arrive(pair.left, frame);
  CHECK_FALSE(pair.left.link.is_quiet());
  pair.pass(200ms);
  pair.carry_all();
  CHECK(pair.numbers() == Numbers{1});
}

TEST_CASE("Link delivers everything in order over a path that loses half of all frames") {
  Pair pair;
  std::mt19937 random(4);
  Numbers expected;
  for (std::uint64_t i = 0; i < 200; ++i) {
    pair.send(Surplus{i});
    expected.push_back(i);
  }
  for (int i = 0; i < 10'000 && pair.numbers().size() < 200; ++i) {
    while (pair.carry(pair.left, pair.right, random() % 2 == 0) ||
           pair.carry(pair.right, pair.left, random() % 2 == 0)) {
    }
    pair.pass(20ms);
  }
  CHECK(pair.numbers() == expected);
}

#include "common/link/link_set.hpp"

#include <doctest/doctest.h>

#include "support/encoded_message.hpp"
#include "support/manual_clock.hpp"
#include "support/members.hpp"
#include "support/recording_sink.hpp"

using namespace scoop;
using namespace scoop::test;
using namespace std::chrono_literals;

namespace {

constexpr WorkerId a{0, 1, 1}, b{0, 2, 1}, c{0, 3, 1};

struct Node {
  explicit Node(WorkerId self) : links(self, sink) {}

  RecordingSink sink;
  LinkSet links;
};

struct Three {
  ManualClock clock;
  Node a{::a}, b{::b}, c{::c};

  /// Brings the next frame of `from` to `to`.
  Result<LinkSet::Arrival> carry(Node& from, Node& to) {
    auto frame = std::move(from.sink.frames.front());
    from.sink.frames.pop_front();
    return to.links.on_frame({std::move(frame.head), frame.body}, clock.now());
  }
};

bool mentions(const Result<LinkSet::Arrival>& result, const std::string& text) {
  return !result && result.failure().message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("LinkSet keeps one link a peer") {
  Three three;
  three.a.links.send(b, Surplus{1}, three.clock.now());
  three.a.links.send(c, Surplus{2}, three.clock.now());
  REQUIRE(three.a.sink.frames.size() == 2);
  CHECK(three.a.sink.frames[0].to == b);
  auto at_b = three.carry(three.a, three.b), at_c = three.carry(three.a, three.c);
  REQUIRE(at_b);
  CHECK(at_b->from == a);
  CHECK(std::get<Surplus>(*at_b->message).tasks == 1);
  CHECK(std::get<Surplus>(*at_c->message).tasks == 2);
}

TEST_CASE("LinkSet refuses frames for somebody else") {
  Three three;
  three.a.links.send(b, Surplus{1}, three.clock.now());
  CHECK(mentions(three.carry(three.a, three.c), "came to h0.s3.1"));
}

TEST_CASE("LinkSet knows the next deadline of all its links") {
  Three three;
  CHECK(three.a.links.next_deadline() == never);
  three.a.links.send(b, Surplus{1}, three.clock.now());
  CHECK(three.a.links.next_deadline() == three.clock.now() + 200ms);
  three.c.links.send(a, Surplus{1}, three.clock.now());
  REQUIRE(three.carry(three.c, three.a));
  CHECK(three.a.links.next_deadline() == three.clock.now() + 20ms);
  three.a.links.on_tick(three.clock.advance(20ms));
  CHECK(three.a.sink.frames.back().to == c);
  CHECK(three.a.links.next_deadline() == three.clock.now() + 180ms);
  three.a.links.on_tick(three.clock.advance(180ms));
  CHECK(three.a.sink.frames.back().to == b);
}

TEST_CASE("LinkSet does not resend because it was stopped itself") {
  Three three;
  three.a.links.send(b, Surplus{1}, three.clock.now());
  auto frames = three.a.sink.frames.size();
  three.a.links.on_tick(three.clock.advance(60s));
  CHECK(three.a.sink.frames.size() == frames);
  three.a.links.on_tick(three.clock.advance(200ms));
  CHECK(three.a.sink.frames.size() == frames + 1);
}

TEST_CASE("LinkSet drops what comes from a lost peer and tells it why") {
  Three three;
  three.b.links.send(a, Surplus{1}, three.clock.now());
  three.a.links.send(b, Surplus{2}, three.clock.now());
  three.a.links.drop(lost(b));
  CHECK(three.a.sink.closed == std::vector{b});
  three.a.sink.frames.clear();
  auto arrival = three.carry(three.b, three.a);
  REQUIRE(arrival);
  CHECK_FALSE(arrival->message);
  REQUIRE(three.a.sink.frames.size() == 1);
  auto news = three.carry(three.a, three.b);
  REQUIRE(news);
  REQUIRE(news->message);
  CHECK(std::get<Lost>(*news->message).worker.id == b);
  three.a.links.send(b, Surplus{3}, three.clock.now());
  three.a.links.on_tick(three.clock.advance(10s));
  CHECK(three.a.sink.frames.empty());
  CHECK(three.a.links.is_quiet());
}

TEST_CASE("LinkSet sends heartbeats outside the order") {
  Three three;
  three.a.links.send(b, Heartbeat{}, three.clock.now());
  CHECK(three.a.links.is_quiet());
  auto arrival = three.carry(three.a, three.b);
  REQUIRE(arrival);
  CHECK(std::holds_alternative<Heartbeat>(*arrival->message));
}

TEST_CASE("LinkSet takes only greetings of another protocol") {
  Three three;
  auto of_other_protocol = [&](Message message, std::uint64_t number) {
    auto frame = encoded(message, Bytes(frame_header_bytes));
    write_header({protocol_version + 1, a, b, number, 0, Traffic::control}, frame.data());
    return frame;
  };
  auto greeting = three.b.links.on_frame({of_other_protocol(hello(a), 1), {}}, three.clock.now());
  REQUIRE(greeting);
  CHECK(std::holds_alternative<Hello>(*greeting->message));
  auto other = three.b.links.on_frame({of_other_protocol(Surplus{1}, 2), {}}, three.clock.now());
  CHECK(mentions(other, "protocol 2 and not 1"));
}

TEST_CASE("LinkSet survives frames that are none") {
  Three three;
  for (std::size_t size = 0; size < 100; ++size)
    CHECK_FALSE(three.a.links.on_frame({Bytes(size, 'x'), {}}, three.clock.now()));
}

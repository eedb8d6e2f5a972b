#include "common/protocol/codec.hpp"

#include <doctest/doctest.h>

#include <random>

#include "support/encoded_message.hpp"
#include "support/members.hpp"

using namespace scoop;
using namespace scoop::test;

namespace {

constexpr WorkerId w1{0, 1, 1}, w2{7, 65535, 4'000'000'000};

bool fails_with(const Bytes& bytes, const std::string& text) {
  auto message = decode_message(bytes);
  return !message && message.failure().message.find(text) != std::string::npos;
}

/// One of each, with nothing left at its default.
std::vector<Message> all_messages() {
  return {
      Hello{9, 8, member(w1), {1, ~std::uint64_t{0}}, {lost(w2)}},
      Welcome{{member(w1), member(w2)}, {lost(w1)}},
      Refused{"has other code"},
      Joined{member(w2)},
      Lost{{w2, "w2", {9, -1, "killed"}}},
      Hungry{},
      Sated{w2},
      Surplus{300},
      Feed{member(w2)},
      Unfeed{w2},
      Tasks{{{1, {0, 1}, Bytes{'a', 'b'}}, {2, {5, 1'000'000'000'000}, {}}}},
      Results{{{1, {0, 1}, Bytes(70'000, 'x')}, {2, {5, 6}, {}}}, true},
      Release{{{1, {2, 3}}, {4, {5, 6}}}, member(w1)},
      Piece{1, 2, 9, 3},
      Heartbeat{},
      Drain{},
      Draining{w2},
      Parted{w1},
      Drained{},
      Cancel{{1, 300}, true},
      Cancelled{{7}},
      SetConstant{"c", "std::vector<double>", "0123", 1'000'000'000'000},
      FindConstant{"c"},
      ConstantFound{{"c", "int", "0123", 5}, {0, 65535}},
      ConstantHeld{"c"},
      AskConstant{"c", "0123", 1'000'000'000'000, 7},
      ConstantPart{"c", "0123", 7, Bytes(70'000, 'x')},
  };
}

}  // namespace

TEST_CASE("Codec brings every message back as it was") {
  REQUIRE(all_messages().size() == std::variant_size_v<Message>);
  for (std::size_t kind = 0; const auto& message : all_messages()) {
    CAPTURE(name_of(message));
    CHECK(message.index() == kind++);
    auto bytes = encoded(message);
    auto decoded = decode_message(bytes);
    REQUIRE(decoded);
    CHECK(decoded->index() == message.index());
    // The encoding holds every field, so equal bytes are equal messages.
    CHECK(encoded(*decoded) == bytes);
  }
}

TEST_CASE("Codec keeps the fields of a message apart") {
  auto decoded = decode_message(encoded(all_messages()[10]));
  REQUIRE(decoded);
  const auto& tasks = std::get<Tasks>(*decoded).tasks;
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0].work == Bytes{'a', 'b'});
  CHECK(tasks[1].attempt == 2);
  CHECK(tasks[1].interval == Interval{5, 1'000'000'000'000});
  decoded = decode_message(encoded(all_messages()[4]));
  CHECK(std::get<Lost>(*decoded).worker.id == w2);
  CHECK(std::get<Lost>(*decoded).worker.cause.status == -1);
}

TEST_CASE("Codec keeps a small result small on the wire") {
  CHECK(encoded(Results{{{77, {0, 1}, Bytes(8)}}, true}).size() < 20);
  CHECK(encoded(Hungry{}).size() == 2);
}

TEST_CASE("Codec names an unknown message number") {
  CHECK(fails_with({0x64, static_cast<char>(0x90)}, "no message number 100"));
}

TEST_CASE("Codec refuses a message cut at any place") {
  for (const auto& message : all_messages()) {
    auto bytes = encoded(message);
    for (std::size_t size = 0; size < std::min<std::size_t>(bytes.size(), 200); ++size)
      CHECK_FALSE(decode_message(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))));
  }
}

TEST_CASE("Codec refuses bytes behind a message") {
  auto bytes = encoded(Surplus{3});
  bytes.push_back(0);
  CHECK(fails_with(bytes, "bytes are left"));
}

TEST_CASE("Codec refuses a message with another number of fields") {
  CHECK(fails_with({7, static_cast<char>(0x92), 1, 2}, "2 fields and not 1"));
  CHECK(fails_with({7, static_cast<char>(0x90)}, "0 fields and not 1"));
}

TEST_CASE("Codec does not believe a count that the bytes cannot hold") {
  // Tasks with 2^32 - 1 tasks.
  Bytes bytes{10, static_cast<char>(0x91), static_cast<char>(0xdd), -1, -1, -1, -1};
  CHECK_FALSE(decode_message(bytes));
}

TEST_CASE("Codec reads Hello and Refused of later versions, which have more fields") {
  auto bytes = encoded(Refused{"why"});
  bytes[1] = static_cast<char>(0x92);
  bytes.push_back(5);
  auto decoded = decode_message(bytes);
  REQUIRE(decoded);
  CHECK(std::get<Refused>(*decoded).reason == "why");
  bytes = encoded(hello(w1));
  bytes[1] = static_cast<char>(0x96);
  bytes.push_back(5);
  REQUIRE(decode_message(bytes));
}

TEST_CASE("Codec survives damaged messages") {
  std::mt19937 random(1);
  for (const auto& message : all_messages()) {
    auto whole = encoded(message);
    whole.resize(std::min<std::size_t>(whole.size(), 300));
    for (int i = 0; i < 500; ++i) {
      auto bytes = whole;
      for (auto changes = random() % 4 + 1; changes > 0; --changes)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      auto decoded = decode_message(bytes);
      if (decoded) CHECK_FALSE(encoded(*decoded).empty());
    }
  }
}

TEST_CASE("Codec survives any bytes") {
  std::mt19937 random(2);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes(random() % 64);
    for (auto& byte : bytes) byte = static_cast<char>(random());
    if (!bytes.empty()) bytes[0] = static_cast<char>(random() % 16);
    (void)decode_message(bytes);
    (void)read_header(bytes);
  }
}

TEST_CASE("Codec writes headers of one size and reads them back") {
  Bytes frame(frame_header_bytes);
  write_header({5, w1, w2, 1, 1'000'000'000'000, Traffic::payload}, frame.data());
  auto header = read_header(frame);
  REQUIRE(header);
  CHECK(header->protocol == 5);
  CHECK(header->from == w1);
  CHECK(header->to == w2);
  CHECK(header->number == 1);
  CHECK(header->acknowledged == 1'000'000'000'000);
  CHECK(header->traffic == Traffic::payload);
}

TEST_CASE("Codec refuses damaged headers") {
  Bytes frame(frame_header_bytes);
  write_header({}, frame.data());
  REQUIRE(read_header(frame));
  CHECK_FALSE(read_header(std::span(frame).first(frame_header_bytes - 1)));
  for (std::size_t at : {0, 1, 6, 15, 24, 33, 42}) {
    auto damaged = frame;
    damaged[at] = 0x33;
    CHECK_FALSE(read_header(damaged));
  }
}

TEST_CASE("Codec tells a greeting without reading it") {
  auto frame_of = [](const Message& message) { return encoded(message, Bytes(frame_header_bytes)); };
  CHECK(is_greeting(frame_of(hello(w1))));
  CHECK(is_greeting(frame_of(Refused{})));
  CHECK_FALSE(is_greeting(frame_of(Welcome{})));
  CHECK_FALSE(is_greeting(Bytes(frame_header_bytes)));
}

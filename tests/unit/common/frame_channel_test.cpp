#include "common/control/frame_channel.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <random>
#include <vector>

using scoop::UniqueFd;
using scoop::control::FrameChannel;

namespace {

struct Pair {
  UniqueFd raw;
  FrameChannel channel;
};

Pair make_pair() {
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  return {UniqueFd(fds[0]), FrameChannel(UniqueFd(fds[1]))};
}

void write_all(const UniqueFd& fd, const std::string& bytes) {
  REQUIRE(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<long>(bytes.size()));
}

std::vector<std::string> take(FrameChannel& channel) {
  std::vector<std::string> frames;
  while (auto frame = channel.next()) frames.push_back(*frame);
  return frames;
}

const std::string abc("\0\0\0\3abc", 7);

}  // namespace

TEST_CASE("FrameChannel puts together a frame that came byte by byte") {
  auto [raw, channel] = make_pair();
  for (std::size_t i = 0; i < abc.size(); ++i) {
    CHECK(take(channel).empty());
    write_all(raw, abc.substr(i, 1));
    channel.receive();
  }
  CHECK(take(channel) == std::vector<std::string>{"abc"});
  CHECK_FALSE(channel.ended());
}

TEST_CASE("FrameChannel separates frames that came together") {
  auto [raw, channel] = make_pair();
  write_all(raw, abc + std::string("\0\0\0\0", 4) + abc);
  channel.receive();
  CHECK(take(channel) == std::vector<std::string>{"abc", "", "abc"});
}

TEST_CASE("FrameChannel gives the frames before an end, and not a half one") {
  auto [raw, channel] = make_pair();
  write_all(raw, abc + abc.substr(0, 5));
  raw.reset();
  channel.receive();
  channel.receive();
  CHECK(take(channel) == std::vector<std::string>{"abc"});
  CHECK(channel.ended());
}

TEST_CASE("FrameChannel ends at a length that no peer sends") {
  auto [raw, channel] = make_pair();
  write_all(raw, abc + "\xff\xff\xff\xff" + abc);
  channel.receive();
  CHECK(take(channel) == std::vector<std::string>{"abc"});
  CHECK(channel.ended());
}

TEST_CASE("FrameChannel keeps what the peer does not take yet") {
  auto [raw, channel] = make_pair();
  const std::string large(3u << 20, 'x');
  channel.send(large);
  CHECK(channel.queued_bytes() > 0);
  std::string got;
  std::vector<char> block(1u << 16);
  while (got.size() < large.size() + 4) {
    const auto count = ::read(raw.get(), block.data(), block.size());
    REQUIRE(count > 0);
    got.append(block.data(), static_cast<std::size_t>(count));
    channel.flush();
  }
  CHECK(channel.queued_bytes() == 0);
  CHECK(got == std::string("\0\x30\0\0", 4) + large);
}

TEST_CASE("FrameChannel survives a peer that has gone, and still reads its last words") {
  auto [raw, channel] = make_pair();
  write_all(raw, abc);
  raw.reset();
  channel.send("into the void");
  channel.send("again");
  CHECK(channel.queued_bytes() == 0);
  channel.receive();
  CHECK(take(channel) == std::vector<std::string>{"abc"});
}

TEST_CASE("FrameChannel lets the peer read an end and answer") {
  auto [raw, channel] = make_pair();
  channel.send("bye");
  channel.finish_sending();
  char block[16];
  CHECK(::read(raw.get(), block, sizeof block) == 7);
  CHECK(::read(raw.get(), block, sizeof block) == 0);
  write_all(raw, abc);
  channel.receive();
  CHECK(take(channel) == std::vector<std::string>{"abc"});
}

TEST_CASE("FrameChannel works over two pipes") {
  int there[2];
  int back[2];
  REQUIRE(::pipe2(there, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(back, O_CLOEXEC) == 0);
  FrameChannel left{UniqueFd(back[0]), UniqueFd(there[1])};
  FrameChannel right{UniqueFd(there[0]), UniqueFd(back[1])};
  left.send("to the right");
  right.send("to the left");
  left.receive();
  right.receive();
  CHECK(take(left) == std::vector<std::string>{"to the left"});
  CHECK(take(right) == std::vector<std::string>{"to the right"});
  left.finish_sending();
  right.receive();
  CHECK(right.ended());
}

TEST_CASE("FrameChannel survives any bytes") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    auto [raw, channel] = make_pair();
    std::string bytes(random() % 4096, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() : 0);
    write_all(raw, bytes);
    raw.reset();
    for (int i = 0; i < 3; ++i) channel.receive();
    std::size_t taken = 0;
    for (const auto& frame : take(channel)) taken += frame.size() + 4;
    CHECK(taken <= bytes.size());
    CHECK(channel.ended());
  }
}

TEST_CASE("FrameChannel brings descriptors with their frames, in order, however it is read") {
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  FrameChannel from{UniqueFd(fds[0])};
  FrameChannel to{UniqueFd(fds[1])};
  // More than the socket takes at once, so that some wait to be sent.
  const std::string large(1u << 20, 'x');
  std::vector<UniqueFd> readers;
  for (const std::string text : {"first", "second", "third"}) {
    int pipe[2];
    REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
    readers.emplace_back(pipe[0]);
    from.send(large);
    from.send(text, UniqueFd(pipe[1]));
    from.send("");
  }
  std::vector<std::string> frames;
  while (frames.size() < 9) {
    from.flush();
    to.receive();
    for (auto& frame : take(to)) frames.push_back(std::move(frame));
  }
  CHECK(frames[1] == "first");
  CHECK(frames[7] == "third");
  for (const auto& reader : readers) {
    const auto writer = to.take_fd();
    REQUIRE(writer);
    REQUIRE(::write(writer.get(), "!", 1) == 1);
    char byte = 0;
    CHECK(::read(reader.get(), &byte, 1) == 1);
  }
  CHECK_FALSE(to.take_fd());
}

#include "launcher/client_server.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "support/temp_dir.hpp"

using namespace scoop;
using scoop::test::TempDir;

namespace {

/// A server, and what it was asked.
struct Bench {
  TempDir folder;
  EventLoop loop;
  std::vector<std::pair<ClientServer::Id, control::FromClient>> asked;
  std::size_t things = 1;  // that each question begins
  ClientServer server{loop, [this](auto client, const auto& request) {
                        asked.emplace_back(client, request);
                        for (std::size_t i = 0; i < things; ++i) server.expect(client);
                      }};

  Bench() { REQUIRE(server.listen(path())); }
  std::string path() const { return folder.path() / "launcher.sock"; }
  /// Everything that is there.
  void turn() {
    for (int i = 0; i < 8; ++i) {
      server.set_interests();
      loop.run_once(Clock::now());
    }
  }
  UniqueFd connect() const {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    REQUIRE(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
  }
};

using Client = control::Channel<control::ToClient, control::FromClient>;

std::vector<control::ToClient> answers(Client& client) {
  std::vector<control::ToClient> all;
  client.frames().receive();
  while (auto answer = client.next()) all.push_back(*std::move(answer));
  return all;
}

}  // namespace

TEST_CASE("A client is done when all that it asked for is settled, with the worst status") {
  Bench bench;
  bench.things = 2;
  Client client(bench.connect());
  client.send(control::RemoveHosts{{"a", "b"}});
  bench.turn();
  REQUIRE(bench.asked.size() == 1);
  const auto id = bench.asked[0].first;
  CHECK(std::get<control::RemoveHosts>(bench.asked[0].second).names == std::vector<std::string>{"a", "b"});

  bench.server.settle(id, "a cannot", true);
  auto lines = answers(client);
  REQUIRE(lines.size() == 1);
  CHECK(std::get<control::ClientLine>(lines[0]).text == "a cannot");
  CHECK(std::get<control::ClientLine>(lines[0]).is_error);
  bench.server.settle(id, "b has");
  lines = answers(client);
  REQUIRE(lines.size() == 2);
  CHECK_FALSE(std::get<control::ClientLine>(lines[0]).is_error);
  CHECK(std::get<control::ClientDone>(lines[1]).status == 1);
  bench.turn();
  CHECK(answers(client).empty());
}

TEST_CASE("Several clients have answers of their own") {
  Bench bench;
  Client one(bench.connect()), other(bench.connect());
  one.send(control::ListHosts{});
  other.send(control::AddHosts{{{"node7", "me", 22, 8}}});
  bench.turn();
  REQUIRE(bench.asked.size() == 2);
  for (const auto& [id, request] : bench.asked) {
    bench.server.settle(id, std::holds_alternative<control::ListHosts>(request) ? "list" : "add");
  }
  CHECK(std::get<control::ClientLine>(answers(one).at(0)).text == "list");
  CHECK(std::get<control::ClientLine>(answers(other).at(0)).text == "add");
}

TEST_CASE("Clients that go away, talk rubbish or say nothing disturb nobody") {
  Bench bench;
  const auto silent = bench.connect();
  {
    Client gone(bench.connect());
    gone.send(control::ListHosts{});
    bench.turn();
  }
  REQUIRE(bench.asked.size() == 1);
  for (const std::string_view rubbish :
       {std::string_view("GET / HTTP/1.1\r\n\r\n"), std::string_view("\0\0\0\3abc", 7)}) {
    const auto fd = bench.connect();
    REQUIRE(::write(fd.get(), rubbish.data(), rubbish.size()) == static_cast<ssize_t>(rubbish.size()));
    bench.turn();
    char byte = 0;
    CHECK(::recv(fd.get(), &byte, 1, MSG_DONTWAIT) == 0);
  }
  bench.turn();
  bench.server.settle(bench.asked[0].first, "nobody reads this");
  CHECK(bench.asked.size() == 1);

  Client good(bench.connect());
  good.send(control::ListHosts{});
  bench.turn();
  REQUIRE(bench.asked.size() == 2);
  bench.server.settle(bench.asked[1].first, "here");
  CHECK(answers(good).size() == 2);
}

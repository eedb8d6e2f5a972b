#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/control/channel.hpp"
#include "common/process/event_loop.hpp"

namespace scoop {

/// The launcher's end of the talks with commands that look at its run or change it. Part of the launcher's loop.
///
/// A client asks once. It is answered by lines, and done when everything that its question began is settled. One that
/// goes away, sends what no client sends, or says nothing, disturbs nobody: what it began goes on.
///
/// Bounds:  `most_clients` at a time; more wait until one is done.
/// Threads: one.
class ClientServer {
 public:
  using Id = std::uint64_t;
  using OnRequest = std::function<void(Id client, const control::FromClient& request)>;

  static constexpr std::size_t most_clients = 64;

  ClientServer(EventLoop& loop, OnRequest on_request) : loop_(loop), on_request_(std::move(on_request)) {}
  ~ClientServer();
  ClientServer(const ClientServer&) = delete;
  ClientServer& operator=(const ClientServer&) = delete;

  /// Errors: the path cannot be bound.
  Status listen(const std::string& path);

  /// One more thing that the client waits for.
  void expect(Id client);
  /// One thing less, and why it failed or how it went; with the last one the client is done. Nothing happens to one
  /// that has gone.
  void settle(Id client, const std::string& text, bool is_failure = false);
  void say(Id client, const std::string& text, bool is_error = false);

  /// Before each round of the loop.
  void set_interests();

 private:
  struct Client {
    explicit Client(UniqueFd fd) : channel(std::move(fd)) {}
    control::Channel<control::FromClient, control::ToClient> channel;
    bool has_asked = false;
    bool is_done = false;
    std::size_t expected = 0;
    int status = 0;
  };

  void accept();
  void read(Id id);
  void finish_if_settled(Id id);
  void forget(Id id);

  EventLoop& loop_;
  OnRequest on_request_;
  UniqueFd listening_;
  std::map<Id, std::unique_ptr<Client>> clients_;
  Id last_ = 0;
};

}  // namespace scoop

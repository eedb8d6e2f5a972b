#include "launcher/client_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <utility>

#include "launcher/broker_socket.hpp"

namespace scoop {

ClientServer::~ClientServer() {
  if (listening_) loop_.unwatch(listening_.get());
  for (const auto& [id, client] : clients_) loop_.unwatch(client->channel.frames().in_fd());
}

Status ClientServer::listen(const std::string& path) {
  auto socket = listen_at(path);
  if (!socket) return socket.failure();
  listening_ = *std::move(socket);
  loop_.watch(listening_.get(), POLLIN, [this](short) { accept(); });
  return success();
}

void ClientServer::accept() {
  UniqueFd fd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) return;
  const Id id = ++last_;
  const int watched = fd.get();
  clients_.emplace(id, std::make_unique<Client>(std::move(fd)));
  loop_.watch(watched, POLLIN, [this, id](short revents) {
    if (revents & POLLOUT) clients_.at(id)->channel.frames().flush();
    if (revents & ~POLLOUT) read(id);
    finish_if_settled(id);
  });
}

void ClientServer::read(Id id) {
  auto& client = *clients_.at(id);
  const auto received = client.channel.frames().receive();
  if (client.has_asked && received > 0) return forget(id);  // it has no more to say
  if (!client.has_asked) {
    if (const auto request = client.channel.next()) {
      client.has_asked = true;
      ++client.expected;  // until the question is read
      on_request_(id, *request);
      --client.expected;
    }
  }
  if (client.channel.frames().ended()) forget(id);
}

void ClientServer::expect(Id client) {
  if (const auto found = clients_.find(client); found != clients_.end()) ++found->second->expected;
}

void ClientServer::settle(Id client, const std::string& text, bool is_failure) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  say(client, text, is_failure);
  if (is_failure) found->second->status = 1;
  --found->second->expected;
  finish_if_settled(client);
}

void ClientServer::say(Id client, const std::string& text, bool is_error) {
  const auto found = clients_.find(client);
  if (found != clients_.end()) found->second->channel.send(control::ClientLine{text, is_error});
}

// It closes then, and is forgotten by that.
void ClientServer::finish_if_settled(Id id) {
  const auto found = clients_.find(id);
  if (found == clients_.end()) return;
  auto& client = *found->second;
  if (!client.has_asked || client.expected > 0 || std::exchange(client.is_done, true)) return;
  client.channel.send(control::ClientDone{client.status});
}

void ClientServer::forget(Id id) {
  loop_.unwatch(clients_.at(id)->channel.frames().in_fd());
  clients_.erase(id);
}

void ClientServer::set_interests() {
  if (listening_) loop_.set_events(listening_.get(), clients_.size() < most_clients ? POLLIN : 0);
  for (const auto& [id, client] : clients_) {
    const auto& frames = client->channel.frames();
    loop_.set_events(frames.in_fd(), static_cast<short>(POLLIN | (frames.queued_bytes() > 0 ? POLLOUT : 0)));
  }
}

}  // namespace scoop

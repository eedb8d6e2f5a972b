#include "broker/broker_loop.hpp"

#include <algorithm>
#include <array>

#include "broker/event_text.hpp"
#include "common/protocol/codec.hpp"

namespace scoop {
namespace {

// Then timers and the launcher have a turn, however much there is to read.
constexpr int frames_at_once = 256;

}  // namespace

BrokerLoop::BrokerLoop(BrokerSettings settings, BrokerEndpoint& endpoint, control::BrokerSide& launcher, const Log& log)
    : endpoint_(endpoint), launcher_(launcher), log_(log), links_(broker_id, *this), broker_(settings, Clock::now()) {}

void BrokerLoop::run() {
  for (;;) {
    read_frames();
    read_launcher();
    if (launcher_.frames().ended()) return;
    keep_deadlines();
    tell_events();
    sleep();
  }
}

void BrokerLoop::read_frames() {
  for (int i = 0; i < frames_at_once; ++i) {
    const auto arrived = endpoint_.receive();
    if (!arrived) return;
    const TimePoint now = Clock::now();
    if (const Status read = read_frame(*arrived, now); !read) {
      if (const auto count = damaged_frames_.on_event(now)) {
        log_.warn("frames dropped count=" + std::to_string(count) + " last_from=" + to_string(arrived->sender) +
                  " reason=\"" + read.failure().message + "\"");
      }
    }
  }
}

Status BrokerLoop::read_frame(const WorkerFrame& arrived, TimePoint now) {
  const auto header = read_header(arrived.frame.head);
  if (!header) return header.failure();
  if (header->from != arrived.sender) return Failure{"it says it is from " + to_string(header->from)};
  if (header->to != broker_id) {
    relay(*header, arrived.frame);
    return success();
  }
  auto arrival = links_.on_frame(arrived.frame, now);
  if (!arrival) return arrival.failure();
  if (arrival->message) {
    LinkOutbox out(links_, now);
    broker_.on_message(arrival->from, *std::move(arrival->message), now, out);
  }
  return success();
}

void BrokerLoop::relay(const FrameHeader& header, const Frame& frame) {
  if (broker_.relays(header.from, header.to)) endpoint_.send(header.to, frame.head, frame.body);
}

void BrokerLoop::read_launcher() {
  launcher_.frames().receive();
  while (const auto message = launcher_.next()) {
    std::visit([this](const auto& m) { handle(m); }, *message);
  }
}

void BrokerLoop::handle(const control::BrokerPlan&) {}  // comes once, before the loop begins

void BrokerLoop::handle(const control::Ended& ended) {
  const TimePoint now = Clock::now();
  LinkOutbox out(links_, now);
  broker_.on_ended({ended.id, ended.name, ended.cause}, now, out);
}

void BrokerLoop::handle(const control::Listen& listen) {
  auto listening = ListeningSocket::bind_tcp(listen.where, {listen.first_port, listen.last_port});
  if (!listening) return launcher_.send(control::NotListening{"The broker " + listening.failure().message + "."});
  const std::string address = listening->address();
  const Status added = endpoint_.add_listening(*std::move(listening));
  if (!added) return launcher_.send(control::NotListening{"The broker " + added.failure().message + "."});
  launcher_.send(control::Listening{address});
}

void BrokerLoop::handle(const control::DrainWorker& drain) {
  LinkOutbox out(links_, Clock::now());
  broker_.on_drain(drain.id, out);
}

void BrokerLoop::handle(const control::AskLoads&) {
  control::Loads loads;
  const auto& matching = broker_.matching();
  for (const auto& member : broker_.workers().members()) {
    loads.workers.push_back({member.id, matching.is_hungry(member.id)});
  }
  launcher_.send(loads);
}

void BrokerLoop::keep_deadlines() {
  const TimePoint now = Clock::now();
  if (links_.next_deadline() <= now) links_.on_tick(now);
  if (broker_.next_deadline() <= now) {
    LinkOutbox out(links_, now);
    broker_.on_tick(now, out);
  }
  if (const auto report = refusals_.take(endpoint_.refused(), now)) log_.warn(*report);
}

void BrokerLoop::tell_events() {
  for (const BrokerEvent& event : broker_.take_events()) {
    const EventText said = to_text(event);
    log_.write(said.level, said.text);
    if (const auto* left = std::get_if<WorkerLeft>(&event)) launcher_.send(control::Left{left->worker});
  }
}

void BrokerLoop::sleep() {
  const auto& frames = launcher_.frames();
  std::array<PolledFd, 2> fds{{{.fd = frames.in_fd()}, {.fd = frames.out_fd(), .for_writing = true}}};
  const bool unsent = frames.queued_bytes() > 0;
  endpoint_.wait(std::span(fds).first(unsent ? 2 : 1), std::min(links_.next_deadline(), broker_.next_deadline()));
  if (unsent && fds[1].ready) launcher_.frames().flush();
}

}  // namespace scoop

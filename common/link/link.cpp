#include "common/link/link.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

namespace {

/// With room for the header in front.
Bytes head_of(const SharedBytes& message) {
  Bytes head;
  head.reserve(frame_header_bytes + message.size());
  head.resize(frame_header_bytes);
  head.insert(head.end(), message.begin(), message.end());
  return head;
}

}  // namespace

void Link::send(const Message& message, TimePoint now, FrameSink& sink) {
  auto parts = encode_message(message);
  Queued queued{{parts.begin(), parts.end()}, parts.size() == 1 && parts[0].size() <= path_.piece_bytes};
  if (!queued.is_whole) {
    for (const auto& part : parts) queued.total += part.size();
    queued.stream = ++streams_;
  }
  queues_[static_cast<int>(traffic_of(message))].push_back(std::move(queued));
  pump(now, sink);
}

void Link::send_unnumbered(const Message& message, FrameSink& sink) {
  auto frame = OutFrame{head_of(encode_message(message).front()), {}};
  transmit(frame, 0, Traffic::control, in_flight_.empty(), sink);
}

void Link::pump(TimePoint now, FrameSink& sink) {
  // Control first, again after each frame.
  while (leave(Traffic::control, now, sink) || leave(Traffic::payload, now, sink)) {
  }
}

bool Link::leave(Traffic traffic, TimePoint now, FrameSink& sink) {
  auto& queue = queues_[static_cast<int>(traffic)];
  if (queue.empty()) return false;
  if (in_flight_bytes_ >= path_.window_bytes) return false;

  auto frame = next_frame(queue);
  transmit(frame, ++last_sent_, traffic, in_flight_.empty(), sink);
  if (in_flight_.empty()) resend_at_ = now + resend_after();
  in_flight_bytes_ += frame.size();
  in_flight_.push_back({std::move(frame), traffic, now});
  return true;
}

Link::OutFrame Link::next_frame(std::deque<Queued>& queue) {
  auto& message = queue.front();
  OutFrame frame;
  if (message.is_whole) {
    frame.head = head_of(message.parts.front());
    queue.pop_front();
    return frame;
  }
  const Piece piece{message.stream, message.offset, message.total, message.part_end()};
  frame.head = head_of(encode_message(piece).front());
  frame.body = next_slice(message.parts);
  message.offset += frame.body.size();
  if (message.parts.empty()) queue.pop_front();
  return frame;
}

/// Pieces end where parts end, so that each is a slice of one buffer.
SharedBytes Link::next_slice(std::deque<SharedBytes>& parts) const {
  auto& part = parts.front();
  auto slice = part.slice(0, std::min(part.size(), path_.piece_bytes));
  part = part.slice(slice.size(), part.size() - slice.size());
  if (part.empty()) parts.pop_front();
  return slice;
}

void Link::transmit(OutFrame& frame, std::uint64_t number, Traffic traffic, bool may_overtake, FrameSink& sink) {
  write_header({protocol_version, self_, peer_, number, received_, traffic}, frame.head.data());
  acknowledge_at_ = never;
  unacknowledged_bytes_ = 0;
  sink.transmit(peer_, frame.head, frame.body, may_overtake);
}

Result<std::optional<Message>> Link::on_frame(const FrameHeader& header, const Frame& frame, TimePoint now,
                                              FrameSink& sink) {
  if (on_acknowledged(header.acknowledged, now)) pump(now, sink);
  auto bytes = frame.head.slice(frame_header_bytes, frame.head.size() - frame_header_bytes);
  if (header.number == 0) return on_unnumbered(bytes);
  if (header.number > received_ + 1) return std::optional<Message>();
  bool is_next = header.number == received_ + 1;
  if (is_next) {
    ++received_;
    repeats_ = 0;
  } else if (header.number == received_ && (++repeats_ % 2 == 0 || frame.by_broker)) {
    sink.doubt(peer_);  // it has not heard the acknowledgements
  }
  owe_acknowledgement(frame.head.size() + frame.body.size(), now, sink);
  if (!is_next) return std::optional<Message>();

  auto message = decode_message(bytes);
  if (!message) return message.failure();
  if (auto* piece = std::get_if<Piece>(&*message)) return on_piece(header.traffic, *piece, frame.body);
  return std::optional<Message>(*std::move(message));
}

Result<std::optional<Message>> Link::on_unnumbered(const SharedBytes& bytes) {
  auto message = decode_message(bytes);
  if (!message) return message.failure();
  if (!std::holds_alternative<Heartbeat>(*message) && !std::holds_alternative<Lost>(*message))
    return Failure{std::string("a message without a number is ") + name_of(*message)};
  return std::optional<Message>(*std::move(message));
}

Result<std::optional<Message>> Link::on_piece(Traffic traffic, const Piece& piece, const SharedBytes& bytes) {
  auto& assembly = assemblies_[static_cast<int>(traffic)];
  if (!assembly.add(piece, bytes, limits_.message_bytes)) return Failure{"a piece does not fit to those before it"};
  if (!assembly.is_complete()) return std::optional<Message>();

  auto message = decode_message(assembly.take());
  if (!message) return message.failure();
  if (std::holds_alternative<Piece>(*message)) return Failure{"a piece is made of pieces"};
  return std::optional<Message>(*std::move(message));
}

bool Link::on_acknowledged(std::uint64_t number, TimePoint now) {
  auto oldest = last_sent_ - in_flight_.size() + 1;
  if (number < oldest || number > last_sent_) return false;
  for (; oldest <= number; ++oldest) {
    auto& frame = in_flight_.front();
    // Of a frame sent twice nobody knows which one is acknowledged.
    if (!frame.sent_again && oldest == number) {
      auto round_trip = now - frame.left;
      smoothed_round_trip_ += (round_trip - smoothed_round_trip_) / 8;
    }
    in_flight_bytes_ -= frame.frame.size();
    in_flight_.pop_front();
  }
  resends_ = 0;
  resend_at_ = in_flight_.empty() ? never : now + resend_after();
  return true;
}

void Link::owe_acknowledgement(std::size_t bytes, TimePoint now, FrameSink& sink) {
  unacknowledged_bytes_ += bytes;
  if (unacknowledged_bytes_ >= path_.window_bytes / 4)
    send_unnumbered(Heartbeat{}, sink);
  else
    acknowledge_at_ = std::min(acknowledge_at_, now + limits_.acknowledge_after);
}

void Link::on_tick(TimePoint now, FrameSink& sink) {
  if (now >= resend_at_) {
    if (resends_ % 2 == 1) sink.doubt(peer_);
    auto number = last_sent_ - in_flight_.size();
    for (auto& frame : in_flight_) {
      transmit(frame.frame, ++number, frame.traffic, &frame == &in_flight_.front(), sink);
      frame.sent_again = true;
    }
    ++resends_;
    resend_at_ = now + resend_after();
  }
  if (now >= acknowledge_at_) send_unnumbered(Heartbeat{}, sink);
}

Duration Link::resend_after() const {
  auto base = std::max(4 * smoothed_round_trip_, limits_.resend_after_min);
  return std::min(base * (1 << std::min(resends_, 10u)), limits_.resend_after_max);
}

TimePoint Link::next_deadline() const { return std::min(resend_at_, acknowledge_at_); }

void Link::on_pause(Duration length, TimePoint now) {
  if (resend_at_ != never) resend_at_ = now + resend_after();
  if (acknowledge_at_ != never) acknowledge_at_ += length;
  for (auto& frame : in_flight_) frame.left += length;
}

bool Link::is_quiet() const {
  return queues_[0].empty() && queues_[1].empty() && in_flight_.empty() && acknowledge_at_ == never;
}

}  // namespace scoop

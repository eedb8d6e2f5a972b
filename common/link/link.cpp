#include "common/link/link.hpp"

#include <algorithm>
#include <utility>

namespace scoop {

namespace {

Bytes encode(const Message& message) {
  Bytes bytes;
  bytes.reserve(frame_header_bytes + encoded_size_hint(message));
  bytes.resize(frame_header_bytes);
  append_message(message, bytes);
  return bytes;
}

// What a piece's own fields take in its frame, at most.
constexpr std::size_t piece_overhead = 48;

}  // namespace

void Link::send(const Message& message, TimePoint now, FrameSink& sink) {
  queues_[static_cast<int>(traffic_of(message))].push_back({encode(message)});
  pump(now, sink);
}

void Link::send_unnumbered(const Message& message, FrameSink& sink) {
  auto frame = encode(message);
  stamp(frame, 0, Traffic::control);
  sink.transmit(peer_, frame);
}

void Link::pump(TimePoint now, FrameSink& sink) {
  // Control first, again after each frame.
  while (leave(Traffic::control, now, sink) || leave(Traffic::payload, now, sink)) {
  }
}

bool Link::leave(Traffic traffic, TimePoint now, FrameSink& sink) {
  auto& queue = queues_[static_cast<int>(traffic)];
  if (queue.empty()) return false;
  auto size = std::min(queue.front().message.size() - queue.front().offset, limits_.piece_bytes) + piece_overhead;
  if (!in_flight_.empty() && in_flight_bytes_ + size > limits_.window_bytes) return false;

  auto frame = next_frame(queue);
  stamp(frame, ++last_sent_, traffic);
  sink.transmit(peer_, frame);
  if (in_flight_.empty()) resend_at_ = now + resend_after();
  in_flight_bytes_ += frame.size();
  in_flight_.push_back({std::move(frame), now});
  return true;
}

Bytes Link::next_frame(std::deque<Queued>& queue) {
  auto& first = queue.front();
  auto total = first.message.size() - frame_header_bytes;
  Bytes frame;
  if (total <= limits_.piece_bytes) {
    frame = std::move(first.message);
    queue.pop_front();
    return frame;
  }
  if (first.offset == 0) first.stream = ++streams_;
  auto size = std::min(total - first.offset, limits_.piece_bytes);
  auto begin = first.message.data() + frame_header_bytes + first.offset;
  frame.reserve(frame_header_bytes + piece_overhead + size);
  frame.resize(frame_header_bytes);
  append_message(Piece{first.stream, first.offset, total, Bytes(begin, begin + size)}, frame);
  first.offset += size;
  if (first.offset == total) queue.pop_front();
  return frame;
}

void Link::stamp(Bytes& frame, std::uint64_t number, Traffic traffic) {
  write_header({protocol_version, self_, peer_, number, received_, traffic}, frame.data());
  acknowledge_at_ = never;
  unacknowledged_bytes_ = 0;
}

Result<std::optional<Message>> Link::on_frame(const FrameHeader& header, std::span<const char> frame, TimePoint now,
                                              FrameSink& sink) {
  if (on_acknowledged(header.acknowledged, now)) pump(now, sink);
  if (header.number == 0) return on_unnumbered(frame.subspan(frame_header_bytes));
  if (header.number > received_ + 1) return std::optional<Message>();
  bool is_next = header.number == received_ + 1;
  if (is_next) ++received_;
  owe_acknowledgement(frame.size(), now, sink);
  if (!is_next) return std::optional<Message>();

  auto message = decode_message(frame.subspan(frame_header_bytes));
  if (!message) return message.failure();
  if (auto* piece = std::get_if<Piece>(&*message)) return on_piece(header.traffic, std::move(*piece));
  return std::optional<Message>(*std::move(message));
}

Result<std::optional<Message>> Link::on_unnumbered(std::span<const char> bytes) {
  auto message = decode_message(bytes);
  if (!message) return message.failure();
  if (!std::holds_alternative<Heartbeat>(*message) && !std::holds_alternative<Lost>(*message))
    return Failure{std::string("a message without a number is ") + name_of(*message)};
  return std::optional<Message>(*std::move(message));
}

Result<std::optional<Message>> Link::on_piece(Traffic traffic, Piece piece) {
  auto& assembly = assemblies_[static_cast<int>(traffic)];
  if (piece.offset == 0) assembly = {piece.stream, piece.total, {}};
  bool fits = piece.stream == assembly.stream && piece.total == assembly.total &&
              piece.offset == assembly.bytes.size() && piece.bytes.size() <= piece.total - piece.offset &&
              piece.total <= limits_.message_bytes;
  if (!fits) {
    assembly = {};
    return Failure{"a piece does not fit to those before it"};
  }
  assembly.bytes.insert(assembly.bytes.end(), piece.bytes.begin(), piece.bytes.end());
  if (assembly.bytes.size() < assembly.total) return std::optional<Message>();

  auto message = decode_message(std::exchange(assembly, {}).bytes);
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
  if (unacknowledged_bytes_ >= limits_.window_bytes / 4)
    send_unnumbered(Heartbeat{}, sink);
  else
    acknowledge_at_ = std::min(acknowledge_at_, now + limits_.acknowledge_after);
}

void Link::on_tick(TimePoint now, FrameSink& sink) {
  if (now >= resend_at_) {
    auto number = last_sent_ - in_flight_.size();
    for (auto& [frame, left, sent_again] : in_flight_) {
      stamp(frame, ++number, read_header(frame)->traffic);
      sent_again = true;
      sink.transmit(peer_, frame);
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

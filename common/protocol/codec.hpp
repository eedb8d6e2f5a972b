#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/base/result.hpp"
#include "common/protocol/message.hpp"

namespace scoop {

/// Bytes <-> messages; no sockets. PROTOCOL.md has the layout. Every reader survives any bytes and never lets an
/// exception out; what cannot be read is a Failure.

/// The two queues of a link: control leaves first, order holds within each.
enum class Traffic : std::uint8_t { control = 0, payload = 1 };

Traffic traffic_of(const Message& message);

/// What arrives at once. The head is a header and a message; the body has the bytes of a piece and is empty for all
/// other messages.
struct Frame {
  SharedBytes head;
  SharedBytes body;
  bool by_broker = false;  // it was brought by the broker, whoever it is from
};

struct FrameHeader {
  std::uint32_t protocol = protocol_version;
  WorkerId from;
  WorkerId to;
  std::uint64_t number = 0;        // counts up on each link from 1; 0: outside the order, may be lost
  std::uint64_t acknowledged = 0;  // the receiver's frames have arrived up to this number
  Traffic traffic = Traffic::control;
};

/// Headers have one size, so that they can be written in front of a message when it leaves.
inline constexpr std::size_t frame_header_bytes = 43;

void write_header(const FrameHeader& header, char* frame);
/// Another protocol version is no failure here: a Hello of any version is answered with Refused.
Result<FrameHeader> read_header(std::span<const char> frame);
/// Hello or Refused: what every version of the protocol reads.
bool is_greeting(std::span<const char> frame);

/// Work and results from this size on are parts of their own in an encoded message.
inline constexpr std::size_t large_value_bytes = 64 * 1024;

/// Number and body of the message, in parts to be joined: a large value is the message's own slice, not a copy.
std::vector<SharedBytes> encode_message(const Message& message);
/// Takes the parts that encode_message made, or a message that is one part. Work and results in it are slices of them.
Result<Message> decode_message(std::span<const SharedBytes> parts);
Result<Message> decode_message(const SharedBytes& bytes);

/// For logs and traces: "Hello", "Results".
const char* name_of(const Message& message);

}  // namespace scoop

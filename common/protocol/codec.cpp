#include "common/protocol/codec.hpp"

#include <concepts>
#include <cstring>
#include <msgpack/pack.hpp>
#include <scoop/detail/bytes.hpp>
#include <scoop/error.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace scoop {

namespace {

// --- what each struct is made of: its fields in the order of PROTOCOL.md ---

template <class Struct, class Name>
concept a = std::same_as<std::remove_const_t<Struct>, Name>;

auto fields(a<Interval> auto& m) { return std::tie(m.lo, m.hi); }
auto fields(a<Member> auto& m) { return std::tie(m.id, m.name, m.addresses, m.is_origin); }
auto fields(a<LossCause> auto& m) { return std::tie(m.signal, m.status, m.text, m.is_wanted); }
auto fields(a<LostWorker> auto& m) { return std::tie(m.id, m.name, m.cause); }
auto fields(a<LentTask> auto& m) { return std::tie(m.attempt, m.interval, m.work); }
auto fields(a<TaskResult> auto& m) { return std::tie(m.attempt, m.interval, m.result); }
auto fields(a<ReleasedTask> auto& m) { return std::tie(m.attempt, m.interval); }

auto fields(a<Hello> auto& m) { return std::tie(m.protocol, m.abi, m.self, m.modules, m.lost); }
auto fields(a<Welcome> auto& m) { return std::tie(m.members, m.lost); }
auto fields(a<Refused> auto& m) { return std::tie(m.reason); }
auto fields(a<Joined> auto& m) { return std::tie(m.member); }
auto fields(a<Lost> auto& m) { return std::tie(m.worker); }
auto fields(a<Hungry> auto&) { return std::tie(); }
auto fields(a<Sated> auto& m) { return std::tie(m.fed_by); }
auto fields(a<Surplus> auto& m) { return std::tie(m.tasks); }
auto fields(a<Feed> auto& m) { return std::tie(m.thief); }
auto fields(a<Unfeed> auto& m) { return std::tie(m.thief); }
auto fields(a<Tasks> auto& m) { return std::tie(m.tasks); }
auto fields(a<Results> auto& m) { return std::tie(m.hungry, m.results); }
auto fields(a<Release> auto& m) { return std::tie(m.tasks, m.to); }
auto fields(a<Piece> auto& m) { return std::tie(m.stream, m.offset, m.total, m.part_end); }
auto fields(a<Heartbeat> auto&) { return std::tie(); }
auto fields(a<Drain> auto&) { return std::tie(); }
auto fields(a<Draining> auto& m) { return std::tie(m.worker); }
auto fields(a<Parted> auto& m) { return std::tie(m.worker); }
auto fields(a<Drained> auto&) { return std::tie(); }
auto fields(a<Cancel> auto& m) { return std::tie(m.attempts, m.kill); }
auto fields(a<Cancelled> auto& m) { return std::tie(m.attempts); }
auto fields(a<SetConstant> auto& m) { return std::tie(m.name, m.type, m.hash, m.size); }
auto fields(a<FindConstant> auto& m) { return std::tie(m.name); }
auto fields(a<ConstantFound> auto& m) { return std::tie(m.constant, m.hosts); }
auto fields(a<ConstantHeld> auto& m) { return std::tie(m.name); }
auto fields(a<AskConstant> auto& m) { return std::tie(m.name, m.hash, m.offset, m.bytes); }
auto fields(a<ConstantPart> auto& m) { return std::tie(m.name, m.hash, m.offset, m.bytes); }

/// Later versions may add fields to the end of these and older ones still read them, so that a worker of another
/// version can be refused with a sentence.
template <class T>
constexpr bool is_open = std::same_as<T, Hello> || std::same_as<T, Refused>;

// --- writing ---

struct Sink {
  std::vector<SharedBytes> parts;
  Bytes last;  // part, not ended yet

  void write(const char* data, std::size_t size) { last.insert(last.end(), data, data + size); }
  void write(const SharedBytes& bytes) {
    if (bytes.size() < large_value_bytes) return write(bytes.data(), bytes.size());
    end_part();
    parts.push_back(bytes);
  }
  void end_part() {
    if (!last.empty()) parts.emplace_back(std::exchange(last, {}));
  }
};
/// As msgpack's packer, and with its sink at hand.
struct Packer : msgpack::packer<Sink> {
  explicit Packer(Sink& s) : packer(s), sink(s) {}
  Sink& sink;
};

void write(Packer& out, std::unsigned_integral auto value) { out.pack_uint64(value); }
void write(Packer& out, int value) { out.pack_int(value); }
void write(Packer& out, bool value) { value ? out.pack_true() : out.pack_false(); }
void write(Packer& out, WorkerId id) { out.pack_uint64(id.packed()); }
void write(Packer& out, const std::string& text) {
  out.pack_str(static_cast<std::uint32_t>(text.size()));
  out.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}
void write(Packer& out, const SharedBytes& bytes) {
  out.pack_bin(static_cast<std::uint32_t>(bytes.size()));
  out.sink.write(bytes);
}
template <class T>
void write(Packer& out, const std::vector<T>& items);

template <class T>
  requires requires(const T& value) { fields(value); }
void write(Packer& out, const T& value) {
  std::apply(
      [&](const auto&... field) {
        out.pack_array(sizeof...(field));
        (write(out, field), ...);
      },
      fields(value));
}

template <class T>
void write(Packer& out, const std::vector<T>& items) {
  out.pack_array(static_cast<std::uint32_t>(items.size()));
  for (const auto& item : items) write(out, item);
}

// --- reading ---

/// Reads parts as encode_message makes them.
struct Reader : detail::Reader {
  explicit Reader(std::span<const SharedBytes> all) : parts(all) {
    for (const auto& each : parts) claimable += each.size();
    next_part();
  }

  SharedBytes read_value() {
    const auto size = read_binary_size();
    if (left() > 0 || parts.empty() || size < large_value_bytes) return part.slice(take_bytes(size));
    if (parts.front().size() != size) fail("a value and its part are not of one size");
    const SharedBytes value = parts.front();
    parts = parts.subspan(1);
    next_part();
    return value;
  }
  void check_end() const {
    if (left() > 0 || !parts.empty()) throw DecodeError("bytes are left behind a message");
  }

 private:
  void next_part() {
    if (parts.empty()) return;
    part = parts.front();
    parts = parts.subspan(1);
    at = part.data();
    end = at + part.size();
  }

  SharedBytes part;                    // being read
  std::span<const SharedBytes> parts;  // behind it
};

void read(Reader& in, std::unsigned_integral auto& value) {
  value = in.read_integer<std::remove_reference_t<decltype(value)>>();
}
void read(Reader& in, int& value) { value = in.read_integer<int>(); }
void read(Reader& in, bool& value) { value = in.read_bool(); }
void read(Reader& in, WorkerId& id) { id = WorkerId::unpack(in.read_integer<std::uint64_t>()); }
void read(Reader& in, std::string& text) { text = in.read_string(); }
void read(Reader& in, SharedBytes& value) { value = in.read_value(); }
template <class T>
void read(Reader& in, std::vector<T>& items);

template <class T>
  requires requires(T& value) { fields(value); }
void read(Reader& in, T& value) {
  std::apply(
      [&](auto&... field) {
        auto count = in.read_array();
        if (count < sizeof...(field) || (count > sizeof...(field) && !is_open<T>))
          throw DecodeError("a message has " + std::to_string(count) + " fields and not " +
                            std::to_string(sizeof...(field)));
        (read(in, field), ...);
      },
      fields(value));
}

template <class T>
void read(Reader& in, std::vector<T>& items) {
  auto count = in.read_array();
  // The count may lie: what is really there makes it grow.
  items.reserve(std::min<std::size_t>(count, 4096));
  for (std::uint32_t i = 0; i < count; ++i) read(in, items.emplace_back());
}

template <std::size_t... Kinds>
Message read_body(Reader& in, std::size_t kind, std::index_sequence<Kinds...>) {
  Message message;
  auto read_if = [&]<std::size_t Kind>() {
    if (kind != Kind) return false;
    auto& body = message.emplace<Kind>();
    read(in, body);
    if (!is_open<std::remove_reference_t<decltype(body)>>) in.check_end();
    return true;
  };
  if (!(read_if.template operator()<Kinds>() || ...))
    throw DecodeError("there is no message number " + std::to_string(kind));
  return message;
}

constexpr std::size_t kinds = std::variant_size_v<Message>;

// --- headers: MessagePack with each number at full width ---

template <class U>
char* put(char* at, unsigned char type, U value) {
  *at++ = static_cast<char>(type);
  for (int shift = 8 * sizeof(U) - 8; shift >= 0; shift -= 8) *at++ = static_cast<char>(value >> shift);
  return at;
}

template <class U>
bool get(const char*& at, unsigned char type, U& value) {
  if (static_cast<unsigned char>(*at++) != type) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof(U); ++i) value = static_cast<U>(value << 8 | static_cast<unsigned char>(*at++));
  return true;
}

constexpr unsigned char array_of_6 = 0x96, uint32_type = 0xce, uint64_type = 0xcf;

}  // namespace

Traffic traffic_of(const Message& message) {
  const bool payload = std::holds_alternative<Tasks>(message) || std::holds_alternative<Results>(message) ||
                       std::holds_alternative<Cancel>(message) || std::holds_alternative<ConstantPart>(message);
  return payload ? Traffic::payload : Traffic::control;
}

void write_header(const FrameHeader& header, char* frame) {
  *frame++ = static_cast<char>(array_of_6);
  frame = put(frame, uint32_type, header.protocol);
  frame = put(frame, uint64_type, header.from.packed());
  frame = put(frame, uint64_type, header.to.packed());
  frame = put(frame, uint64_type, header.number);
  frame = put(frame, uint64_type, header.acknowledged);
  *frame = static_cast<char>(header.traffic);
}

Result<FrameHeader> read_header(std::span<const char> frame) {
  if (frame.size() < frame_header_bytes)
    return Failure{"a frame of " + std::to_string(frame.size()) + " bytes is too short for its header"};
  const char* at = frame.data();
  FrameHeader header;
  std::uint64_t from, to;
  bool read = static_cast<unsigned char>(*at++) == array_of_6 && get(at, uint32_type, header.protocol) &&
              get(at, uint64_type, from) && get(at, uint64_type, to) && get(at, uint64_type, header.number) &&
              get(at, uint64_type, header.acknowledged) && (*at == 0 || *at == 1);
  if (!read) return Failure{"a frame has a damaged header"};
  header.from = WorkerId::unpack(from);
  header.to = WorkerId::unpack(to);
  header.traffic = static_cast<Traffic>(*at);
  return header;
}

bool is_greeting(std::span<const char> frame) {
  static_assert(std::same_as<std::variant_alternative_t<0, Message>, Hello>);
  static_assert(std::same_as<std::variant_alternative_t<2, Message>, Refused>);
  if (frame.size() <= frame_header_bytes) return false;
  auto kind = frame[frame_header_bytes];
  return kind == 0 || kind == 2;
}

namespace {

/// About how long the first part will be; an allocation saved, nothing more.
std::size_t size_hint(const Message& message) {
  std::size_t size = 64;
  auto add = [&](const SharedBytes& value) {
    if (value.size() < large_value_bytes) size += 32 + value.size();
  };
  if (auto* tasks = std::get_if<Tasks>(&message))
    for (const auto& task : tasks->tasks) add(task.work);
  if (auto* results = std::get_if<Results>(&message))
    for (const auto& result : results->results) add(result.result);
  return size;
}

}  // namespace

std::vector<SharedBytes> encode_message(const Message& message) {
  Sink sink;
  sink.last.reserve(size_hint(message));
  Packer packer(sink);
  packer.pack_uint64(message.index());
  std::visit([&](const auto& body) { write(packer, body); }, message);
  sink.end_part();
  return std::move(sink.parts);
}

Result<Message> decode_message(const SharedBytes& bytes) { return decode_message(std::span(&bytes, 1)); }

Result<Message> decode_message(std::span<const SharedBytes> parts) {
  try {
    Reader in(parts);
    auto kind = in.read_integer<std::uint64_t>();
    return read_body(in, kind, std::make_index_sequence<kinds>());
  } catch (const std::exception& error) {
    return Failure{error.what()};
  }
}

const char* name_of(const Message& message) {
  static constexpr const char* names[] = {
      "Hello",       "Welcome",      "Refused",       "Joined",       "Lost",        "Hungry",      "Sated",
      "Surplus",     "Feed",         "Unfeed",        "Tasks",        "Results",     "Release",     "Piece",
      "Heartbeat",   "Drain",        "Draining",      "Parted",       "Drained",     "Cancel",      "Cancelled",
      "SetConstant", "FindConstant", "ConstantFound", "ConstantHeld", "AskConstant", "ConstantPart"};
  static_assert(std::size(names) == kinds);
  return names[message.index()];
}

}  // namespace scoop

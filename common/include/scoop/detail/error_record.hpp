#pragma once
#include <cstring>
#include <exception>
#include <iterator>
#include <scoop/detail/abi.hpp>
#include <scoop/detail/pack.hpp>
#include <scoop/error.hpp>
#include <string>

/// How the outcome of a task travels: a tag, then the value or an error record. Standard exceptions are taken apart and
/// made again by libscoop (worker/runtime/exceptions.cpp), which keeps <filesystem>, <future> and <regex> out of users'
/// programs; scoop's own classes here, since only bytes cross between it and a plugin.
namespace scoop::detail {

inline constexpr unsigned char outcome_value = 0;
inline constexpr unsigned char outcome_error = 1;

inline void write_outcome_tag(Writer& out, unsigned char tag) {
  const char byte = static_cast<char>(tag);
  out.write(&byte, 1);
}
/// Whether an error record follows, else a value.
inline bool read_outcome_is_error(Reader& in) {
  const auto tag = in.read_integer<std::uint8_t>();
  if (tag > outcome_error) Reader::fail("an outcome was expected");
  return tag == outcome_error;
}

/// An exception in pieces. On the wire an array of these, in this order.
struct ErrorRecord {
  std::string type{};    // as std::type_info::name() gives it: decides what is thrown
  std::string name{};    // as it is written in the source
  std::string text{};    // what()
  std::string worker{};  // where it was thrown
  std::string task{};
  std::int64_t code = 0;   // of std::system_error and the like; a WorkerLost's tries, a RemoteError's attempt
  std::string category{};  // of std::system_error; a WorkerLost's cause
  std::string path1{};     // of std::filesystem::filesystem_error
  std::string path2{};
  std::vector<ErrorRecord> causes{};  // outermost first; have none of their own
};

inline constexpr char remote_error_type[] = "N5scoop11RemoteErrorE";
inline constexpr char worker_lost_type[] = "N5scoop10WorkerLostE";

inline void write_error_record(Writer& out, const ErrorRecord& error, bool with_causes = true) {
  write_array(out, 10);
  for (const auto* text : {&error.type, &error.name, &error.text, &error.worker, &error.task}) write_string(out, *text);
  Packer(out).pack_int64(error.code);
  for (const auto* text : {&error.category, &error.path1, &error.path2}) write_string(out, *text);
  write_array(out, with_causes ? error.causes.size() : 0);
  if (with_causes) {
    for (const ErrorRecord& cause : error.causes) write_error_record(out, cause, false);
  }
}

inline ErrorRecord read_error_record(Reader& in, bool with_causes = true) {
  ErrorRecord error;
  in.read_array_of(10);
  for (auto* text : {&error.type, &error.name, &error.text, &error.worker, &error.task}) *text = in.read_string();
  error.code = in.read_integer<std::int64_t>();
  for (auto* text : {&error.category, &error.path1, &error.path2}) *text = in.read_string();
  std::uint32_t causes = in.read_array();
  if (causes > 0 && !with_causes) Reader::fail("causes have none of their own");
  for (; causes > 0; --causes) error.causes.push_back(read_error_record(in, false));
  return error;
}

inline ErrorRecord record_of(const WorkerLost& error) {
  return {.type = worker_lost_type,
          .name = "scoop::WorkerLost",
          .text = error.what(),
          .worker = error.worker(),
          .task = error.task(),
          .code = error.tries(),
          .category = error.cause()};
}
inline ErrorRecord record_of(const RemoteError& error) {
  ErrorRecord record{.type = remote_error_type,
                     .name = error.type(),
                     .text = error.text(),
                     .worker = error.worker(),
                     .task = error.task(),
                     .code = error.attempt()};
  for (const RemoteCause& cause : error.causes()) record.causes.push_back({.name = cause.type, .text = cause.text});
  return record;
}

inline ErrorRecord record_of(const CancelledError& error) {
  return {.type = "N5scoop14CancelledErrorE", .name = "scoop::CancelledError", .text = error.what()};
}

/// For libscoop, where no process is left that could, or none had begun.
inline void encode_error(Writer& out, const CancelledError& error) {
  write_outcome_tag(out, outcome_error);
  write_error_record(out, record_of(error));
}
inline void encode_error(Writer& out, const WorkerLost& error) {
  write_outcome_tag(out, outcome_error);
  write_error_record(out, record_of(error));
}

/// Appends the exception being handled: call it inside a catch. `task` is what the task is called (TaskType::name).
inline void encode_current_exception(Writer& out, const char* task) noexcept {
  write_outcome_tag(out, outcome_error);
  try {
    throw;
  } catch (const WorkerLost& error) {
    write_error_record(out, record_of(error));
  } catch (const RemoteError& error) {  // came from another task: keeps saying from which
    write_error_record(out, record_of(error));
  } catch (...) {
    scoop_describe_exception(task, &out);
  }
}

/// Appends what `encode_value(out)` appends, as a value; if it throws, that as an error.
template <class F>
void encode_outcome(Writer& out, const char* task, F&& encode_value) noexcept {
  const std::size_t start = out.size;
  try {
    write_outcome_tag(out, outcome_value);
    encode_value(out);
  } catch (...) {
    out.size = start;
    encode_current_exception(out, task);
  }
}

template <class E>
std::exception_ptr make_own_error(const ErrorRecord& record) {
  return std::make_exception_ptr(E(record.text));
}

/// `attempt`: at the task that threw it, if the record does not come from another task, which says so itself.
inline std::exception_ptr make_error(const ErrorRecord& record, unsigned attempt) {
  struct Own {
    const char* type;
    std::exception_ptr (*make)(const ErrorRecord&);
  };
  static constexpr Own own[] = {
      {"N5scoop5ErrorE", make_own_error<Error>},
      {"N5scoop12TimeoutErrorE", make_own_error<TimeoutError>},
      {"N5scoop14CancelledErrorE", make_own_error<CancelledError>},
      {"N5scoop12TypeMismatchE", make_own_error<TypeMismatch>},
      {"N5scoop14ConstantExistsE", make_own_error<ConstantExists>},
      {"N5scoop11EncodeErrorE", make_own_error<EncodeError>},
      {"N5scoop11DecodeErrorE", make_own_error<DecodeError>},
  };
  for (const Own& one : own) {
    if (record.type == one.type) return one.make(record);
  }
  if (record.type == worker_lost_type) {
    return std::make_exception_ptr(
        WorkerLost(record.worker, record.category, record.task, static_cast<unsigned>(record.code)));
  }
  std::vector<RemoteCause> causes;
  for (const ErrorRecord& cause : record.causes) causes.push_back({cause.name, cause.text});
  if (record.type == remote_error_type) attempt = static_cast<unsigned>(record.code);
  return std::make_exception_ptr(
      RemoteError(record.name, record.text, {record.worker, record.task, attempt}, std::move(causes)));
}

/// Reads an error record, behind its tag, and makes the exception. Damaged bytes give a DecodeError: never null, and
/// nothing is thrown.
inline std::exception_ptr decode_error(Reader& in) noexcept {
  try {
    Reader again = in;
    std::exception_ptr standard;
    if (scoop_standard_exception(&in, &standard)) return standard;
    const ErrorRecord record = read_error_record(again);
    in = again;
    return make_error(record, in.attempt);
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace scoop::detail

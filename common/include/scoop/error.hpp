#pragma once
#include <stdexcept>
#include <string>

namespace scoop {

/// Base of everything scoop throws itself. A task's own exception of a standard type is not one of these.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value cannot be written: too long, nested too deeply, or a function that has no name in other processes. Comes out
/// as the task's exception.
class EncodeError : public Error {
 public:
  using Error::Error;
};

/// Bytes that are not what their reader expects. Seen by users only where their own MSGPACK_DEFINE class refuses what
/// it wrote.
class DecodeError : public Error {
 public:
  using Error::Error;
};

}  // namespace scoop

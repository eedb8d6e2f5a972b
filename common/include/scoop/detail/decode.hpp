#pragma once
#include <scoop/detail/codec.hpp>

namespace scoop::detail {

/// Reads a value that `encode` wrote. Takes any bytes: what they lead to is a T or an exception.
///
/// Errors: DecodeError, std::bad_alloc, and what constructors and msgpack_unpack of the user's throw.
template <serialisable T>
T decode(Reader& in) {
  return Codec<std::remove_cv_t<T>>::decode(in);
}

}  // namespace scoop::detail

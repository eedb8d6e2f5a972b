#pragma once
#include <scoop/detail/codec.hpp>

namespace scoop::detail {

/// Appends `value` as MessagePack.
///
/// Errors: EncodeError (too long, too deep, a function that has no name elsewhere), std::bad_alloc, and what a
///         msgpack_pack of the user's throws; `out` then ends with a part of the value.
template <serialisable T>
void encode(Writer& out, const T& value) {
  Codec<T>::encode(out, value);
}

}  // namespace scoop::detail

#pragma once
#include <cstring>
#include <memory>
#include <scoop/detail/codec.hpp>
#include <vector>

namespace scoop::detail {

/// Elements in a row, without a container around them: in bulk where their bits are their value, else one by one.

template <class T>
void encode_block(Writer& out, const T* first, std::uint64_t count) {
  if constexpr (bulk<T>) {
    write_extension(out, element_tag<T>(), first, count * sizeof(T));
  } else {
    write_array(out, count);
    for (std::uint64_t i = 0; i < count; ++i) Codec<T>::encode(out, first[i]);
  }
}

/// Constructs `count` elements in raw memory. If one throws, none is left.
template <class T>
void decode_block_at(Reader& in, T* place, std::uint64_t count) {
  if constexpr (bulk<T>) {
    const std::string_view bytes = checked_block<T>(in.read_extension());
    if (bytes.size() != count * sizeof(T)) Reader::fail("another number of elements was expected");
    std::memcpy(static_cast<void*>(place), bytes.data(), bytes.size());
  } else {
    if (in.read_array() != count) Reader::fail("another number of elements was expected");
    std::uint64_t made = 0;
    try {
      for (; made < count; ++made) ::new (static_cast<void*>(place + made)) T(Codec<T>::decode(in));
    } catch (...) {
      std::destroy_n(place, made);
      throw;
    }
  }
}

template <class T>
std::vector<T> decode_block(Reader& in, std::uint64_t count) {
  if constexpr (bulk<T>) {
    std::vector<T> elements = Codec<std::vector<T>>::from_block(in.read_extension());
    if (elements.size() != count) Reader::fail("another number of elements was expected");
    return elements;
  } else {
    if (in.read_array() != count) Reader::fail("another number of elements was expected");
    std::vector<T> elements;
    elements.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) elements.push_back(Codec<T>::decode(in));
    return elements;
  }
}

}  // namespace scoop::detail

#pragma once
#include <cstdint>
#include <scoop/detail/decode.hpp>
#include <scoop/detail/encode.hpp>
#include <string>
#include <vector>

namespace scoop::test {

template <class T>
std::string encoded(const T& value) {
  detail::Writer out;
  detail::encode(out, value);
  return std::string(out.view());
}

/// From a copy of exactly that size, so that address sanitizer sees a byte too far.
template <class T>
T decoded(const std::string& bytes) {
  const std::vector<char> copy(bytes.begin(), bytes.end());
  detail::Reader in(copy.data(), copy.size());
  T value = detail::decode<T>(in);
  if (in.left() != 0) throw DecodeError("bytes are left over");
  return value;
}

template <class T>
T there_and_back(const T& value) {
  return decoded<T>(encoded(value));
}

/// Whether it comes back equal, by itself and from among others.
template <class T>
bool travels(const T& value) {
  if (!(there_and_back(value) == value)) return false;
  const std::vector<T> several{value, value, value};
  return there_and_back(several) == several;
}

}  // namespace scoop::test

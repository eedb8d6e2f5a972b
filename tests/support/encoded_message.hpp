#pragma once
#include "common/protocol/codec.hpp"

namespace scoop::test {

/// The parts of an encoded message as one block, behind `head`.
inline Bytes encoded(const Message& message, Bytes head = {}) {
  for (const auto& part : encode_message(message)) head.insert(head.end(), part.begin(), part.end());
  return head;
}

}  // namespace scoop::test

#pragma once
#include <string>

#include "common/protocol/message.hpp"

namespace scoop::test {

inline Member member(WorkerId id) {
  return {id, "w" + std::to_string(id.slot) + "@h" + std::to_string(id.host), {"ipc://" + to_string(id)}, id.slot == 0};
}

inline Hello hello(WorkerId id) { return {.abi = 1, .self = member(id), .modules = {11, 22}, .lost = {}}; }

inline LostWorker lost(WorkerId id) { return {id, member(id).name, {.signal = 9, .text = "killed by signal 9"}}; }

}  // namespace scoop::test

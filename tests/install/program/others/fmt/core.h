// Not fmt: other things under the names of its version 9, as an older or newer one would have.
#pragma once
#include <string>

namespace fmt::v9 {

std::string vformat(const char* text, int value);

}  // namespace fmt::v9

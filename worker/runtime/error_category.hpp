#pragma once
#include <string>
#include <system_error>

namespace scoop {

/// The same text at an address that stays: what a thrown `const char*` points to, or an error category's name. Kept for
/// good, so only so many different ones; then all others are one text that says so.
const char* kept_text(const std::string& text);

/// The error category of that name: a standard one, else one that knows no more than its name.
const std::error_category& error_category(const std::string& name);

}  // namespace scoop

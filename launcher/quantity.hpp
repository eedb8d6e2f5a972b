#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scoop {

/// A whole decimal number and nothing else.
std::optional<std::uint64_t> parse_count(std::string_view text);
/// "65536", "512K", "8M", "1G": powers of 1024.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// "30" and "30s" are seconds; "500ms", "2m".
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "0.25"
std::optional<double> parse_fraction(std::string_view text);

}  // namespace scoop

#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/escaped.hpp"
#include "common/base/log.hpp"

/// Records as lines of a file, that people can read and programs can read back exactly:
///
///     2026-11-26T01:45:02.123456Z info w3@node7 the text, in which a line end is \n
///
/// Escaped are the backslash and what a terminal would obey: \\, \n, \r, \xHH. All other bytes stand as they are.
namespace scoop {

using SystemTime = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-11-26T01:45:02.123456Z"
std::string time_text(SystemTime time);
std::optional<SystemTime> parse_time(std::string_view text);

/// "trace", "debug", "info", "warn", "error", "critical".
std::string_view level_text(LogLevel level);
std::optional<LogLevel> parse_level(std::string_view text);

/// Of what escaped() made.
std::optional<std::string> unescaped(std::string_view text);

/// Words with blanks between; a blank in a word is \x20, an empty word "".
std::string join_words(const std::vector<std::string>& words);
std::optional<std::vector<std::string>> split_words(std::string_view text);

/// With the line end. Times to the microsecond.
std::string record_line(const LogRecord& record);
/// Without the line end. None: it is no such line.
std::optional<LogRecord> parse_record(std::string_view line);

}  // namespace scoop

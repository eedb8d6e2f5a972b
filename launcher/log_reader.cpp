#include "launcher/log_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <utility>

#include "common/base/unique_fd.hpp"

namespace scoop {
namespace {

constexpr std::string_view file_ending = ".log";

}  // namespace

std::optional<LogRecord> LogFile::next() {
  for (;;) {
    const auto end = text_.find('\n', begin_);
    if (end == std::string::npos) {
      if (!read_more()) return std::nullopt;
      continue;
    }
    auto record = parse_record(std::string_view(text_).substr(begin_, end - begin_));
    begin_ = end + 1;
    if (record) return record;
  }
}

// Not kept open: a run may have more files than one may open.
bool LogFile::read_more() {
  text_.erase(0, begin_);
  begin_ = 0;
  const UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 32u << 10> block;
  ssize_t count = 0;
  do {
    count = ::pread(file.get(), block.data(), block.size(), static_cast<off_t>(offset_));
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  text_.append(block.data(), static_cast<std::size_t>(count));
  offset_ += static_cast<std::size_t>(count);
  return true;
}

std::uint64_t rank_of(std::string_view name) {
  constexpr std::uint64_t first_worker = 3;
  constexpr std::uint64_t others = std::uint64_t{1} << 40;
  if (name == "launcher") return 0;
  if (name == "broker") return 1;
  if (name.starts_with("daemon")) return 2;
  std::uint32_t number = 0;
  if (!name.starts_with('w')) return others;
  const auto read = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  return read.ec == std::errc() ? first_worker + number : others;
}

std::optional<LogRecord> LogReader::next() {
  if (ready_.empty()) return std::nullopt;
  const auto source = std::get<2>(*ready_.begin());
  ready_.erase(ready_.begin());
  auto record = std::exchange(sources_[source].record, std::nullopt);
  offer(source);
  return record;
}

void LogReader::refresh() {
  find_files();
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    if (!sources_[source].record) offer(source);
  }
}

// What a process said out of the order of its own clock (it has several threads) stays where it is.
void LogReader::offer(std::size_t index) {
  auto& source = sources_[index];
  source.record = source.file.next();
  if (!source.record) return;
  source.latest = std::max(source.latest, std::chrono::floor<std::chrono::microseconds>(source.record->time));
  ready_.insert({source.latest, source.rank, index});
}

void LogReader::find_files() {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!name.ends_with(file_ending) || !known_.insert(name).second) continue;
    sources_.push_back({LogFile(entry->path().string()), rank_of(name.substr(0, name.size() - file_ending.size())),
                        SystemTime::min(), std::nullopt});
  }
}

}  // namespace scoop

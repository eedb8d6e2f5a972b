#include "launcher/run_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace scoop {
namespace {

constexpr auto flush_interval = std::chrono::seconds(1);
constexpr std::size_t most_unwritten_bytes = 256u << 10;
constexpr std::size_t longest_name = 200;  // of the 255 bytes that file systems take, ".log" and a hash among them
constexpr std::string_view plain_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-+:,[]";

SystemTime now_in_microseconds() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// errno; 0: all is written.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

/// No file stays open: there may be more processes than files that one may open.
int append_to(const std::string& path, std::string_view bytes) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  return file ? write_all(file.get(), bytes) : errno;
}

}  // namespace

std::string log_file_name(const std::string& name) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string safe;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain_characters.find(c) != std::string_view::npos && !(c == '.' && safe.empty())) {
      safe += c;
    } else {
      safe += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  if (safe.empty()) safe = "%";
  if (safe.size() > longest_name) {
    safe = safe.substr(0, longest_name) + "%" + std::to_string(std::hash<std::string>()(name));
  }
  return safe + ".log";
}

void RunLog::begin(const std::vector<std::string>& command) {
  const auto now = now_in_microseconds();
  const auto base = state_folder();
  if (!base) return give_up(base.failure().message);
  auto made = make_run_folder(*base, now, ::getpid());
  if (!made) return give_up(made.failure().message);
  folder_ = *std::move(made);
  is_kept_ = true;
  RunRecord run;
  run.command = command;
  std::error_code error;
  run.folder = std::filesystem::current_path(error).string();  // none where it is gone
  run.pid = ::getpid();
  run.start = now;
  append_to_record(begin_lines(run));
}

void RunLog::set_directory(const std::string& path) { append_to_record(directory_line(path)); }
void RunLog::set_hosts(const std::vector<RunHost>& hosts) { append_to_record(hosts_line(hosts)); }
void RunLog::set_broker(const std::string& place) { append_to_record(broker_line({now_in_microseconds(), place})); }

RunLog::File& RunLog::file_of(const std::string& name) {
  auto& file = files_[name];
  if (file.path.empty()) file.path = folder_.path + "/" + log_file_name(name);
  return file;
}

void RunLog::write(const LogRecord& record) {
  if (!is_kept_) return;
  auto& file = file_of(record.name);
  if (file.is_full) return;
  const auto line = record_line(record);
  if (file.bytes + line.size() <= most_file_bytes_) return append(file, line);
  file.is_full = true;
  append(file, record_line({record.time, LogLevel::warn, record.name,
                            "This log is full: what " + record.name + " says from here on is not kept."}));
}

void RunLog::append(File& file, std::string_view line) {
  file.unwritten += line;
  file.bytes += line.size();
  unwritten_bytes_ += line.size();
  if (next_flush_ == never) next_flush_ = Clock::now() + flush_interval;
  if (unwritten_bytes_ >= most_unwritten_bytes) flush();
}

void RunLog::on_tick(TimePoint now) {
  if (now >= next_flush_) flush();
}

void RunLog::flush() {
  next_flush_ = never;
  unwritten_bytes_ = 0;
  for (auto& [name, file] : files_) {
    if (file.unwritten.empty()) continue;
    const int error = append_to(file.path, file.unwritten);
    if (error != 0) return give_up(file.path + " cannot be written: " + std::strerror(error));
    file.unwritten.clear();
  }
}

void RunLog::append_to_record(const std::string& lines) {
  if (!is_kept_) return;
  const int error = write_all(folder_.record.get(), lines);
  if (error != 0) give_up(folder_.path + "/run cannot be written: " + std::strerror(error));
}

// First off, then warned: the warning is a record, too.
void RunLog::give_up(const std::string& why) {
  is_kept_ = false;
  files_.clear();
  next_flush_ = never;
  warn_("The log of this run is not kept: " + why + ".");
}

void RunLog::end(int status, const std::string& outcome) {
  if (is_kept_) flush();
  // Also where the disk is full: a line may still fit, and then nobody takes the run for one that died.
  if (folder_.record) write_all(folder_.record.get(), end_lines({now_in_microseconds(), status, outcome}));
  is_kept_ = false;
  folder_.record.reset();
}

}  // namespace scoop

#include "launcher/program_cache.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "common/base/content_hash.hpp"

namespace scoop {
namespace {

namespace fs = std::filesystem;

// What is younger may be in use, or being made.
constexpr auto safe_age = std::chrono::hours(1);

std::string index_of(const std::string& folder, const std::string& key) { return folder + "/" + key + ".index"; }

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Result<std::string> digits_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return Failure{"cannot read " + path + ": " + std::strerror(errno)};
  ContentHash hash;
  hash.add(text.str());
  return hash.digits();
}

}  // namespace

Result<ProgramCache> ProgramCache::open() {
  std::string base = environment("XDG_CACHE_HOME");
  if (!base.starts_with('/')) {
    const std::string home = environment("HOME");
    if (!home.starts_with('/')) return Failure{"neither XDG_CACHE_HOME nor HOME says where compiled programs are kept"};
    base = home + "/.cache";
  }
  const std::string folder = base + "/scoop/programs";
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error && ::access(folder.c_str(), W_OK) != 0) error = {errno, std::generic_category()};
  if (error) {
    return Failure{"compiled programs cannot be kept in " + folder + ": " + error.message() +
                   "; set XDG_CACHE_HOME to a folder of your own"};
  }
  return ProgramCache(folder);
}

// First line: the library's folder and name; then a line a dependency: its hash and path.
std::optional<std::string> ProgramCache::find(const std::string& key) const {
  std::ifstream index(index_of(folder_, key));
  std::string library;
  if (!std::getline(index, library)) return std::nullopt;
  for (std::string line; std::getline(index, line);) {
    const auto space = line.find(' ');
    if (space == std::string::npos) return std::nullopt;
    const auto digits = digits_of(line.substr(space + 1));
    if (!digits || *digits != line.substr(0, space)) return std::nullopt;
  }
  const std::string path = folder_ + "/" + library;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  fs::last_write_time(fs::path(path).parent_path(), fs::file_time_type::clock::now(), error);  // it was used
  return path;
}

Result<std::string> ProgramCache::make_folder() const {
  std::string name = folder_ + "/new-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return Failure{"cannot make a folder in " + folder_ + ": " + std::strerror(errno)};
  return name;
}

Result<std::string> ProgramCache::add(const std::string& key, const std::string& folder, const std::string& name,
                                      const std::vector<std::string>& dependencies) const {
  const auto content = digits_of(folder + "/" + name);
  if (!content) return content.failure();
  const std::string place = folder_ + "/" + *content;
  std::error_code error;
  fs::rename(folder, place, error);
  if (error) fs::remove_all(folder, error);  // somebody was faster, with the same
  const std::string library = place + "/" + name;
  if (!fs::is_regular_file(library, error)) {  // the same under another name
    const fs::directory_iterator other(place, error);
    if (!error && other != fs::directory_iterator()) fs::create_hard_link(other->path(), library, error);
    if (!fs::is_regular_file(library)) return Failure{"cannot keep " + library + ": " + error.message()};
  }

  const std::string unfinished = index_of(folder_, key) + "." + std::to_string(::getpid());
  std::ofstream index(unfinished);
  index << *content << "/" << name << "\n";
  for (const auto& path : dependencies) {
    const auto digits = digits_of(path);
    if (!digits) return digits.failure();
    index << *digits << " " << path << "\n";
  }
  index.close();
  if (index) fs::rename(unfinished, index_of(folder_, key), error);
  if (!index || error) fs::remove(unfinished, error);  // then it is compiled again next time
  return library;
}

void ProgramCache::trim(std::uint64_t limit) const {
  struct Entry {
    fs::file_time_type used;
    std::uint64_t bytes = 0;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::uint64_t all = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    Entry found{entry.last_write_time(error), 0, entry.path()};
    if (entry.is_directory(error)) {
      for (const auto& file : fs::directory_iterator(entry.path(), error)) found.bytes += file.file_size(error);
    } else {
      found.bytes = entry.file_size(error);
    }
    all += found.bytes;
    entries.push_back(std::move(found));
  }
  std::ranges::sort(entries, {}, &Entry::used);
  const auto newest = fs::file_time_type::clock::now() - safe_age;
  for (const auto& entry : entries) {
    if (all <= limit || entry.used > newest) return;
    fs::remove_all(entry.path, error);
    all -= entry.bytes;
  }
}

std::vector<std::string> read_dependencies(std::string_view makefile) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (std::size_t i = 0; i < makefile.size(); ++i) {
    const char c = makefile[i];
    const char next = i + 1 < makefile.size() ? makefile[i + 1] : '\0';
    if (c == '\\' && next == '\n') {
      end_word();
      ++i;
    } else if ((c == '\\' && (next == ' ' || next == '#' || next == '\\')) || (c == '$' && next == '$')) {
      word += next;
      ++i;
    } else if (c == ' ' || c == '\n' || c == '\t') {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  const auto target = std::ranges::find_if(words, [](const std::string& each) { return each.ends_with(':'); });
  return target == words.end() ? std::vector<std::string>() : std::vector(std::next(target), words.end());
}

}  // namespace scoop

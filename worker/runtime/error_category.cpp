#include "worker/runtime/error_category.hpp"

#include <future>
#include <ios>
#include <map>
#include <mutex>
#include <set>

namespace scoop {
namespace {

constexpr std::size_t most_kept_texts = 1000;

class NamedCategory : public std::error_category {
 public:
  explicit NamedCategory(const char* name) : name_(name) {}
  const char* name() const noexcept override { return name_; }
  std::string message(int code) const override { return std::string(name_) + " error " + std::to_string(code); }

 private:
  const char* name_;
};

}  // namespace

// What these two keep is never destroyed: exceptions that point to it may outlive static destructors.

const char* kept_text(const std::string& text) {
  static std::mutex mutex;
  static auto& kept = *new std::set<std::string>;
  const std::lock_guard lock(mutex);
  if (kept.size() >= most_kept_texts && !kept.contains(text)) return "(too many different texts to keep)";
  return kept.insert(text).first->c_str();
}

const std::error_category& error_category(const std::string& name) {
  for (const auto* known :
       {&std::generic_category(), &std::system_category(), &std::iostream_category(), &std::future_category()}) {
    if (name == known->name()) return *known;
  }
  static std::mutex mutex;
  static auto& named = *new std::map<const char*, NamedCategory>;
  const char* kept = kept_text(name);
  const std::lock_guard lock(mutex);
  return named.try_emplace(kept, kept).first->second;
}

}  // namespace scoop

// Carries its own spdlog and fmt, visible to all, and asks for an older interface of msgpack than scoop was built with.
#define MSGPACK_DEFAULT_API_VERSION 1
#include <cstdio>
#include <msgpack.hpp>
#include <ranges>
#include <scoop/futures.hpp>
#include <scoop/logger.hpp>
#include <string>

class Words {
 public:
  Words() = default;
  explicit Words(std::string text) : text_(std::move(text)) {}
  std::size_t size() const { return text_.size(); }
  MSGPACK_DEFINE(text_)

 private:
  std::string text_;
};

Words compose(int x) { return Words(fmt::v9::vformat("", x)); }

int main() {
  std::size_t size = 0;
  for (const auto& words : scoop::futures::map({.chunk_size = 1}, compose, std::views::iota(0, 10)))
    size += words.size();
  scoop::logger()->info("size ", static_cast<int>(size));
  std::printf("%zu\n", size);
}

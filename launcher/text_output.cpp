#include "launcher/text_output.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace scoop {
namespace {

constexpr std::size_t most_unwritten_bytes = 64u << 10;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

}  // namespace

TextOutput::TextOutput() { ::signal(SIGPIPE, SIG_IGN); }

void TextOutput::write(std::string_view text) {
  unwritten_ += text;
  if (unwritten_.size() >= most_unwritten_bytes) flush();
}

void TextOutput::flush() {
  std::string_view rest = unwritten_;
  while (!rest.empty() && error_ == 0) {
    const auto count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {  // somebody else made it so
      pollfd writable{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  unwritten_.clear();
}

Status TextOutput::status() const {
  if (error_ == 0 || error_ == EPIPE) return success();
  return Failure{std::string("standard output cannot be written: ") + std::strerror(error_)};
}

void TextOutput::pause(int milliseconds) {
  pollfd reader{STDOUT_FILENO, 0, 0};
  if (::poll(&reader, 1, milliseconds) > 0 && error_ == 0) error_ = EPIPE;
}

bool TextOutput::has_colours() {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return ::isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") && !is_dumb;
}

}  // namespace scoop

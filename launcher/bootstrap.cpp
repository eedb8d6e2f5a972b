#include "launcher/bootstrap.hpp"

#include "launcher/quoted.hpp"

namespace scoop {
namespace {

// Noise may be of any length. Our lines are shorter: paths have up to 4096 bytes.
constexpr std::size_t longest_line = 16384;

bool take(std::string_view& text, std::string_view beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

Failure strange_word(std::string_view word) {
  return {"its shell says what nobody asked for: " + quoted(word) + "; see what the start files there do"};
}

}  // namespace

Bootstrap::Bootstrap(HostSettings settings, std::string marker)
    : settings_(std::move(settings)), marker_(std::move(marker)) {
  const auto script = host_script(settings_, marker_);
  script_ = Bytes(script.begin(), script.end());
}

std::string Bootstrap::command_script() const {
  return "scoop_script=$(head -c " + std::to_string(script_.size()) + ") || exit; eval \"$scoop_script\"";
}

Result<SharedBytes> Bootstrap::on_output(std::string_view bytes) {
  received_ += bytes;
  SharedBytes answer;
  std::size_t begin = 0;
  for (std::size_t end; !is_ready_ && (end = received_.find('\n', begin)) != std::string::npos;) {
    const auto line = std::string_view(received_).substr(begin, end - begin);
    begin = end + 1;
    const auto place = line.find(marker_ + " ");
    if (place == std::string::npos) continue;
    auto asked = on_line(line.substr(place + marker_.size() + 1));
    if (!asked) return asked.failure();
    ++words_;
    if (!asked->empty()) answer = *std::move(asked);
  }
  received_.erase(0, begin);  // once: short lines come by the thousands
  if (!is_ready_ && received_.size() > longest_line) received_.erase(0, received_.size() - longest_line);
  return answer;
}

Result<SharedBytes> Bootstrap::on_line(std::string_view line) {
  auto word = line;
  if (take(word, "machine ")) {
    machine_ = word;
  } else if (take(word, "program ")) {
    const auto& program = settings_.program->files.at(0);
    plugin_path_ = word.empty() ? program.path : std::string(word) + "/" + program.name;
  } else if (take(word, "folder ")) {
    if (const auto known = on_folder(word); !known) return known.failure();
  } else if (word == "send runtime" || word == "send program") {
    const auto& archive = (word == "send runtime" ? settings_.runtime : settings_.program)->archive;
    sent_bytes_ += archive.size();
    return archive;
  } else if (word == "ready") {
    is_ready_ = true;
  } else {
    return strange_word(line);
  }
  return SharedBytes();
}

Status Bootstrap::on_folder(std::string_view kind_and_path) {
  auto path = kind_and_path;
  if (take(path, "asked ")) {
    folder_kind_ = WorkingFolder::asked;
  } else if (take(path, "own ")) {
    folder_kind_ = WorkingFolder::own;
  } else if (take(path, "home ")) {
    folder_kind_ = WorkingFolder::home;
  } else {
    return strange_word("folder " + std::string(kind_and_path));
  }
  folder_ = path;
  return success();
}

}  // namespace scoop

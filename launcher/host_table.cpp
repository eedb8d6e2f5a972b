#include "launcher/host_table.hpp"

#include <algorithm>

namespace scoop {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

/// Of one that the broker does not know, nothing.
std::string load_of(WorkerId worker, const std::vector<control::WorkerLoad>& loads) {
  const auto load = std::ranges::find(loads, worker, &control::WorkerLoad::id);
  if (load == loads.end()) return "";
  return load->is_hungry ? "idle" : "busy";
}

std::string count_of(const ShownHost& host) {
  const auto living =
      std::ranges::count_if(host.workers, [](const auto& worker) { return std::string_view(worker.state) != "lost"; });
  return std::to_string(living) + (living == 1 ? " worker" : " workers") + (host.has_origin ? ", origin" : "");
}

}  // namespace

std::vector<std::string> host_lines(const std::vector<ShownHost>& hosts,
                                    const std::vector<control::WorkerLoad>& loads) {
  std::size_t widest = 0;
  for (const auto& host : hosts) {
    for (const auto& worker : host.workers) widest = std::max(widest, worker.name.size());
  }
  std::vector<std::string> lines;
  for (const auto& host : hosts) {
    lines.push_back(host.name + "  " + count_of(host));
    for (const auto& worker : host.workers) {
      const auto load = load_of(worker.id, loads);
      auto line = "  " + padded(worker.name, widest) + "  " + padded(worker.state, load.empty() ? 0 : 8);
      lines.push_back(load.empty() ? line : line + "  " + load);
    }
  }
  if (lines.empty()) lines.emplace_back("No host takes part yet.");
  return lines;
}

}  // namespace scoop

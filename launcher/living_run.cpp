#include "launcher/living_run.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "launcher/run_record.hpp"
#include "launcher/state_folder.hpp"

namespace scoop {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> living_runs(const std::string& folder) {
  auto runs = list_runs(folder);
  std::erase_if(runs, [&](const auto& run) { return !is_run_alive(folder + "/" + run); });
  return runs;
}

}  // namespace

Result<std::string> choose_living_run(const std::string& folder, const std::vector<std::string>& living,
                                      const std::optional<std::string>& wanted) {
  if (wanted) {
    auto run = find_run(folder, wanted);
    if (!run || std::ranges::find(living, *run) != living.end()) return run;
    return Failure{"run " + *run + " has ended" +
                   (living.empty() ? "" : "; " + joined(living) + (living.size() == 1 ? " is" : " are") + " going on")};
  }
  if (living.size() == 1) return living[0];
  if (living.empty()) return Failure{"no run of yours is going on (scoop-launch runs lists those that have ended)"};
  return Failure{"several runs are going on: " + joined(living) + "; say which"};
}

Result<UniqueFd> connect_to_run(const std::optional<std::string>& wanted) {
  const auto folder = state_folder();
  if (!folder) return folder.failure();
  const auto run = choose_living_run(*folder, living_runs(*folder), wanted);
  if (!run) return run.failure();
  const auto record = read_run_record(*folder + "/" + *run);
  if (!record || record->directory.empty()) return Failure{"run " + *run + " is just starting; try again"};
  const auto path = record->directory + "/launcher.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Failure{path + " is too long for a socket's address"};
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Failure{"run " + *run + " cannot be reached at " + path + ": " + std::strerror(errno) +
                   "; it may be starting or ending"};
  }
  return fd;
}

}  // namespace scoop

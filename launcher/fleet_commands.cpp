#include "launcher/fleet_commands.hpp"

#include <poll.h>

#include <cstdio>

#include "common/base/exit_code.hpp"
#include "common/control/channel.hpp"
#include "launcher/command_words.hpp"
#include "launcher/host_file.hpp"
#include "launcher/living_run.hpp"
#include "launcher/text_output.hpp"

namespace scoop {
namespace {

constexpr int status_refused = 1;

using ClientChannel = control::Channel<control::ToClient, control::FromClient>;

/// The next answer; none: the launcher has gone.
std::optional<control::ToClient> wait_for_answer(ClientChannel& launcher) {
  for (;;) {
    if (auto answer = launcher.next()) return answer;
    if (launcher.frames().ended()) return std::nullopt;
    const bool has_unsent = launcher.frames().queued_bytes() > 0;
    pollfd polled{launcher.frames().in_fd(), static_cast<short>(POLLIN | (has_unsent ? POLLOUT : 0)), 0};
    ::poll(&polled, 1, -1);
    launcher.frames().flush();
    launcher.frames().receive();
  }
}

Result<int> ask(const std::optional<std::string>& run, const control::FromClient& question) {
  auto fd = connect_to_run(run);
  if (!fd) return fd.failure();
  ClientChannel launcher(*std::move(fd));
  launcher.send(question);
  TextOutput out;
  while (const auto answer = wait_for_answer(launcher)) {
    if (const auto* done = std::get_if<control::ClientDone>(&*answer)) {
      if (const auto written = out.status(); !written) return written.failure();
      return done->status;
    }
    const auto& line = std::get<control::ClientLine>(*answer);
    if (line.is_error) {
      std::fprintf(stderr, "scoop-launch: %s\n", line.text.c_str());
    } else {
      out.write(line.text + "\n");
      out.flush();
    }
  }
  std::fputs("scoop-launch: the run ended before it had answered\n", stderr);
  return status_refused;
}

/// Where the words are to be hosts: those, and the run.
struct HostWords {
  std::vector<std::string> hosts;
  std::optional<std::string> run;
};

/// None: --help was asked for, and shown.
Result<std::optional<HostWords>> read_host_words(CLI::App& app, const std::string& what, int argc,
                                                 const char* const* argv) {
  HostWords words;
  app.add_option("--run", words.run, "The run's ID, or how it begins; else the only one that is going on")
      ->type_name("ID");
  app.add_option("HOST", words.hosts, what)->type_name("");
  const auto help = parse_command(app, argc, argv);
  if (!help) return help.failure();
  if (*help) {
    TextOutput out;
    out.write(**help);
    out.flush();
    return std::optional<HostWords>();
  }
  if (words.hosts.empty()) return Failure{std::string(argv[0]) + " needs at least one host"};
  return std::optional(std::move(words));
}

}  // namespace

Result<int> run_add_host_command(int argc, const char* const* argv) {
  CLI::App app("Joins hosts to a run that is going on; their workers take part at once.", "scoop-launch add-host");
  const auto words = read_host_words(
      app, "As for --hosts: user@node7:8 has eight workers, [node7]:2222 another port; several, or a file of them",
      argc, argv);
  if (!words) return words.failure();
  if (!*words) return exit_success;
  HostList list;
  for (const auto& word : (*words)->hosts) {
    if (const auto added = list.add_hosts(word); !added) return added.failure();
  }
  control::AddHosts question;
  for (const auto& host : list.hosts()) question.hosts.push_back({host.name, host.user, host.port, host.workers});
  return ask((*words)->run, question);
}

Result<int> run_remove_host_command(int argc, const char* const* argv) {
  CLI::App app(
      "Removes hosts from a run that is going on. They take no more tasks, give back those that they have not begun, "
      "finish the others, and leave. Waits for that.",
      "scoop-launch remove-host");
  const auto words = read_host_words(app, "Its name, as scoop-launch hosts shows it", argc, argv);
  if (!words) return words.failure();
  if (!*words) return exit_success;
  return ask((*words)->run, control::RemoveHosts{(*words)->hosts});
}

Result<int> run_hosts_command(int argc, const char* const* argv) {
  CLI::App app(
      "Lists the hosts and workers of a run that is going on: state (starting, running, draining, lost), busy or idle.",
      "scoop-launch hosts");
  std::optional<std::string> run;
  app.add_option("ID", run, "The run's ID, or how it begins; else the only one that is going on")->type_name("");
  const auto help = parse_command(app, argc, argv);
  if (!help) return help.failure();
  if (!*help) return ask(run, control::ListHosts{});
  TextOutput out;
  out.write(**help);
  out.flush();
  return exit_success;
}

}  // namespace scoop

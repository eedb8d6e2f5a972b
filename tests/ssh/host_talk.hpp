#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "launcher/bootstrap.hpp"
#include "launcher/remote_command.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/wait_until.hpp"

namespace scoop::test {

namespace fs = std::filesystem;

/// How a talk with a host's shell went. `outcome.out` is what came behind the shell's last word.
struct Talk {
  Outcome outcome;
  bool is_ready = false;
  std::string failure;
  std::string machine;
  std::string plugin_path;
  std::string folder;
  WorkingFolder folder_kind = WorkingFolder::own;
  std::size_t sent_bytes = 0;
};

/// One talk, step by step, with a shell that is not behind ssh.
class Talker {
 public:
  Talker(const HostSettings& settings, Command command) : Talker(Bootstrap(settings), std::move(command)) {}
  Talker(Bootstrap bootstrap, Command command)
      : bootstrap_(std::move(bootstrap)), process_(with_script(bootstrap_, std::move(command))) {}

  /// Until the shell wants an archive, is ready, or has ended. What it wants, not yet sent.
  SharedBytes listen() {
    while (!bootstrap_.is_ready()) {
      const bool is_running = process_.is_running();  // asked first: its last words come before its end
      const auto out = process_.out();
      if (out.size() == heard_) {
        if (!is_running) break;
        REQUIRE(wait_until([&] { return process_.out().size() > heard_ || !process_.is_running(); }));
        continue;
      }
      auto wanted = bootstrap_.on_output(std::string_view(out).substr(heard_));
      heard_ = out.size();
      if (!wanted) {
        failure_ = wanted.failure().message;
        break;
      }
      if (!wanted->empty()) return *wanted;
    }
    return {};
  }

  void say(const SharedBytes& bytes) { process_.write({bytes.begin(), bytes.end()}); }

  /// The connection is lost: the host reads no more.
  void hang_up() { process_.close_input(); }

  /// All the way; `to_worker` is then scoop-worker's input.
  Talk finish(const std::string& to_worker = "") {
    for (auto wanted = listen(); !wanted.empty(); wanted = listen()) say(wanted);
    if (bootstrap_.is_ready() && !to_worker.empty()) process_.write(to_worker);
    process_.close_input();
    Talk talk;
    talk.outcome = process_.wait();
    talk.outcome.out = bootstrap_.rest() + talk.outcome.out.substr(heard_);
    talk.is_ready = bootstrap_.is_ready();
    talk.failure = failure_;
    talk.machine = bootstrap_.machine();
    talk.plugin_path = bootstrap_.plugin_path();
    talk.folder = bootstrap_.folder();
    talk.folder_kind = bootstrap_.folder_kind();
    talk.sent_bytes = bootstrap_.sent_bytes();
    return talk;
  }

 private:
  static Command with_script(const Bootstrap& bootstrap, Command command) {
    const auto input = bootstrap.first_input();
    command.input.assign(input.begin(), input.end());
    command.keep_input_open = true;
    return command;
  }

  Bootstrap bootstrap_;
  Process process_;
  std::size_t heard_ = 0;
  std::string failure_;
};

/// The launcher's side and a host's home, with a scoop-worker that shows what it was given.
class HostBed {
 public:
  HostBed() : HostBed("home", "program.so") {}
  HostBed(const std::string& home_name, const std::string& program_name)
      : home_(folder_ / home_name), worker_(folder_ / "scoop-worker"), program_(folder_ / program_name) {
    fs::create_directories(home_);
    write_file(worker_, shower);
    fs::permissions(worker_, fs::perms::owner_all);
    write_file(program_, "the program's bytes\n");
  }

  /// Nothing is shared unless said so: all is on this machine.
  HostSettings settings(bool may_share = false) const {
    auto runtime = bundle_runtime(worker_);
    REQUIRE(runtime);
    auto program = bundle_program(program_, **runtime);
    REQUIRE(program);
    auto result = own_settings(*std::move(runtime), *std::move(program));
    result.may_share = may_share;
    return result;
  }

  /// As sshd starts it: in the home.
  Command command(std::vector<std::string> argv) const {
    return {.argv = std::move(argv),
            .env = {{"HOME", home_}, {"XDG_CACHE_HOME", ""}, {"LD_LIBRARY_PATH", ""}},
            .directory = home_};
  }

  Talk talk(const HostSettings& settings, const std::string& shell = "sh") const {
    Bootstrap bootstrap(settings);
    auto started = command({shell, "-c", command_for_any_shell(bootstrap.command_script())});
    return Talker(std::move(bootstrap), std::move(started)).finish();
  }

  std::string operator/(const std::string& name) const { return folder_ / name; }
  const std::string& home() const { return home_; }
  const std::string& program() const { return program_; }
  std::string cache() const { return home_ + "/.cache/scoop"; }

  /// Names in the cache, sorted, with blanks between.
  std::string cached() const {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(cache(), none)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    std::string result;
    for (const auto& name : names) result += (result.empty() ? "" : " ") + name;
    return result;
  }

  static void write_file(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  static constexpr const char* shower = R"sh(#!/bin/sh
printf '<%s>' "$0" "$@"
printf '\nfolder=%s\nlibraries=%s\nours=%s\nset=%s\nmask=%s\nlanguage=%s\n' "$PWD" "$LD_LIBRARY_PATH" \
  "${SCOOP_LIBRARY_PATH-none}" "$BY_PROLOG" "$(umask)" "$LC_ALL"
cat
)sh";

  TempDir folder_;
  std::string home_;
  std::string worker_;
  std::string program_;
};

}  // namespace scoop::test

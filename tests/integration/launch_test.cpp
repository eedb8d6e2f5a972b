// What a user sees of runs that go well, and of those that cannot begin.
#include <doctest/doctest.h>
#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <regex>

#include "integration/pool_run.hpp"
#include "support/lines.hpp"

using namespace scoop::test;

namespace {

/// Any bytes, zeros and lone line ends among them.
std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const auto eight = random();
    std::memcpy(bytes.data() + i, &eight, 8);
  }
  return bytes;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::filesystem::file_size(path), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// A start that must fail with 2 and one sentence, which holds `words`.
void check_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
  PoolRun run(arguments);
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  CHECK(lines_of(outcome.err).size() == 1);
  for (const auto& word : words) CHECK(outcome.err.find(word) != std::string::npos);
  CHECK(run.leaves_nothing());
}

}  // namespace

TEST_CASE("scoop-launch ends with main's status, whether it returns or exits") {
  for (const int status : {0, 1, 3, 255}) {
    for (const auto* way : {"return", "exit"}) {
      PoolRun run({"-q", "-n", "2", ACTS_PLUGIN, way, std::to_string(status)});
      const auto outcome = run.wait();
      CAPTURE(outcome);
      CHECK(outcome.status == status);
      CHECK(outcome.err == "");
      CHECK(run.leaves_nothing());
    }
  }
}

TEST_CASE("scoop-launch gives the program its arguments, and its output flushed to the end") {
  PoolRun run({"-q", "-n", "1", PLAIN_PLUGIN, "--help", "-n", "a b", ""});
  const auto outcome = run.wait();
  CHECK(outcome.status == 5);
  CHECK(outcome.out == "[--help][-n][a b][] of " PLAIN_PLUGIN "\nlast words\n");
}

TEST_CASE("scoop-launch passes standard input and output through, byte for byte") {
  const TempDir folder;
  const auto bytes = random_bytes(100'000'000);
  std::ofstream(folder / "in", std::ios::binary) << bytes;
  Command command;
  command.argv = {"sh", "-c", "cat in | \"$1\" -q -n 2 \"$2\" copy | cat >out", "sh", SCOOP_LAUNCH, ACTS_PLUGIN};
  command.directory = folder.path();
  const auto outcome = scoop::test::run(command);
  CHECK(outcome.err == "");
  CHECK((read_file(folder / "out") == bytes));
}

TEST_CASE("scoop-launch runs where standard input, output or error is closed") {
  const auto run_with = [](const std::string& redirections) {
    Command command;
    command.argv = {"sh", "-c", "exec \"$1\" -n 2 \"$2\" copy " + redirections, "sh", SCOOP_LAUNCH, ACTS_PLUGIN};
    command.input = "words";
    command.limit = std::chrono::seconds(20);
    return scoop::test::run(command);
  };
  for (const auto* closed : {"<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    CAPTURE(closed);
    const auto outcome = run_with(closed);
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    const bool is_copied = std::string(closed) == "2>&-";
    CHECK(outcome.out == (is_copied ? "words" : ""));
  }
}

TEST_CASE("scoop-launch logs in SCOOP's form") {
  PoolRun run({"-n", "4", ACTS_PLUGIN});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  const auto lines = lines_of(outcome.err);
  const std::string time = R"(^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] )";
  const auto place = R"(\(127\.0\.0\.1:)" + std::to_string(run.process().pid()) + R"(\) )";
  const std::vector<std::string> expected{
      "launcher  INFO    SCOOP \\d+\\.\\d+\\.\\d+ on linux using (g|clang)\\+\\+ \\d+\\.\\d+\\.\\d+, API: \\d+$",
      "launcher  INFO    Deploying 4 worker\\(s\\) over 1 host\\(s\\)\\.$",
      "launcher  INFO    Worker distribution:$",
      "launcher  INFO       127\\.0\\.0\\.1:\t3 \\+ origin$",
      "launcher  " + place + "INFO    Root process is done\\.$",
      "launcher  " + place + "INFO    Finished cleaning spawned subprocesses\\.$"};
  REQUIRE(lines.size() == expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    CHECK(std::regex_search(lines[i], std::regex(time + expected[i])));
  }
}

TEST_CASE("scoop-launch writes the log to a file where it is told to") {
  const TempDir folder;
  const auto path = folder / "a log";
  PoolRun run({"--log-file", path, "-n", "1", ACTS_PLUGIN});
  CHECK(run.wait().err == "");
  const auto text = read_file(path);
  CHECK(text.find("launcher  INFO       127.0.0.1:\t0 + origin\n") != std::string::npos);
  CHECK(text.find("Root process is done.\n") != std::string::npos);

  PoolRun failing({"--log-file", path, "-n", "1", HIDDEN_PLUGIN});
  CHECK(failing.wait().err.find("has no main") != std::string::npos);
}

TEST_CASE("scoop-launch -v tells events as verb and keys") {
  PoolRun run({"-v", "-n", "2", ACTS_PLUGIN});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.err.find("DEBUG   run_started broker_pid=") != std::string::npos);
  CHECK(outcome.err.find("DEBUG   worker_ready id=h0.s0.1") != std::string::npos);
}

TEST_CASE("scoop-launch keeps the lines of the workers whole") {
  Command command;
  command.env["ACTS_CHATTER"] = "500";
  command.keep_input_open = true;
  PoolRun run({"-q", "-n", "5", ACTS_PLUGIN, "copy"}, command);
  const auto has_all = [](const std::string& text) { return std::ranges::count(text, '\n') >= 4 * 500; };
  CHECK(wait_until([&] { return has_all(run.process().out()) && has_all(run.process().err()); }));
  run.process().close_input();
  const auto outcome = run.wait();
  CHECK(outcome.status == 0);
  for (const auto* text : {&outcome.out, &outcome.err}) {
    std::map<std::string, int> next_by_worker;  // its lines come in order
    const std::regex whole("line (\\d+) of (\\d+) ends");
    std::smatch match;
    for (const auto& line : lines_of(*text)) {
      CAPTURE(line);
      REQUIRE(std::regex_match(line, match, whole));
      CHECK(std::stoi(match[1]) == next_by_worker[match[2]]++);
    }
    CHECK(next_by_worker.size() == 4);
    for (const auto& [worker, count] : next_by_worker) CHECK(count == 500);
  }
}

TEST_CASE("scoop-launch says so when the workers' lines cannot be written") {
  Command command;
  command.argv = {"sh", "-c", "exec \"$1\" -q -n 2 \"$2\" return 3 >/dev/full", "sh", SCOOP_LAUNCH, ACTS_PLUGIN};
  command.env["ACTS_CHATTER"] = "10";
  const auto outcome = scoop::test::run(command);
  CAPTURE(outcome);
  CHECK(outcome.status == 3);
  CHECK(outcome.err.find("Standard output cannot be written: No space left on device") != std::string::npos);
}

TEST_CASE("scoop-launch does not wait for outputs that are held open by others") {
  Command command;
  command.env["ACTS_HOLD"] = "1";
  command.limit = std::chrono::seconds(10);
  PoolRun run({"-q", "-n", "3", ACTS_PLUGIN}, command);
  CHECK(run.wait().status == 0);
  CHECK(run.leaves_nothing());
}

TEST_CASE("scoop-launch ends workers that do not end by themselves") {
  Command command;
  command.env["ACTS_LINGER"] = "1";
  command.limit = std::chrono::seconds(10);
  PoolRun run({"-q", "-n", "3", ACTS_PLUGIN, "return", "6"}, command);
  CHECK(run.wait().status == 6);
  CHECK(run.leaves_nothing());
}

TEST_CASE("scoop-launch ends what the program left behind") {
  PoolRun run({"-q", "-n", "2", ACTS_PLUGIN, "litter"});
  CHECK(run.wait().status == 0);
  CHECK(run.leaves_nothing());
}

TEST_CASE("The end of a run does not wait for who holds its outputs, in any worker") {
  for (const auto* act : {"litter", "pipe"}) {
    Command command;
    command.env["ACTS_HOLD"] = "1";  // a grandchild of every worker, in a session of its own, has them open
    command.limit = std::chrono::seconds(10);
    PoolRun run({"-q", "-n", "3", ACTS_PLUGIN, act}, command);
    const auto outcome = run.wait();
    CAPTURE(outcome);
    CHECK(outcome.status == 0);
    CHECK(outcome.err == "");
    CHECK(run.leaves_nothing());
  }
}

TEST_CASE("scoop-launch takes one worker a usable core") {
  PoolRun run({"-n", "1", ACTS_PLUGIN});
  CHECK(run.wait().err.find("Deploying 1 worker(s)") != std::string::npos);
  Command one_core;
  one_core.argv = {"taskset", "-c", "0", SCOOP_LAUNCH, ACTS_PLUGIN};
  const auto outcome = scoop::test::run(one_core);
  CHECK(outcome.err.find("Deploying 1 worker(s) over 1 host(s).") != std::string::npos);
}

TEST_CASE("scoop-launch refuses what is no program, before anything starts") {
  check_refused({"./nowhere.so"}, {"./nowhere.so: no such file"});
  check_refused({"/"}, {"/ is a folder"});
  check_refused({SCOOP_LAUNCH}, {SCOOP_LAUNCH, "is an executable, not a shared library", "scoop-c++"});
  const TempDir folder;
  const auto text = folder / "text.so";
  std::ofstream(text) << "int main() {}\n";
  check_refused({text}, {text, "is not a shared library", "scoop-c++"});
  const auto empty = folder / "empty.so";
  std::ofstream(empty).flush();
  check_refused({empty}, {empty, "is not a shared library", "scoop-c++"});
  const auto copy_of = [&](const std::string& name, const std::function<std::string(std::string)>& change) {
    const auto path = folder / name;
    std::ofstream(path, std::ios::binary) << change(read_file(ACTS_PLUGIN));
    return path;
  };
  const auto cut = copy_of("cut.so", [](std::string bytes) { return bytes.substr(0, 6000); });
  check_refused({cut}, {cut, "is cut off", "compile or copy it again"});
  const auto foreign = copy_of("foreign.so", [](std::string bytes) {
    bytes.replace(offsetof(Elf64_Ehdr, e_machine), 1, 1, static_cast<char>(EM_RISCV));
    return bytes;
  });
  check_refused({foreign}, {foreign, "was built for another machine (RISC-V, this one is"});
  const auto small = copy_of("small.so", [](std::string bytes) {
    bytes[EI_CLASS] = ELFCLASS32;
    return bytes;
  });
  check_refused({small}, {small, "was built for another machine (", " of 32 bits, this one is"});
}

TEST_CASE("scoop-launch tells in one sentence why a program cannot be loaded") {
  check_refused({"-q", "-n", "3", HIDDEN_PLUGIN}, {HIDDEN_PLUGIN, "has no main", "hidden visibility"});
  check_refused({"-q", "-n", "3", UNDEFINED_PLUGIN},
                {UNDEFINED_PLUGIN, "undefined symbols", "elsewhere::plant(", "elsewhere::harvest"});
  check_refused({"-q", "-n", "3", NEEDY_PLUGIN}, {NEEDY_PLUGIN, "libscoop_vanished.so"});
  check_refused({"-q", "-n", "2", OWN_LIBSCOOP_PLUGIN}, {OWN_LIBSCOOP_PLUGIN, "brings a libscoop of its own"});
  check_refused({"-q", "-n", "2", OTHER_ABI_PLUGIN},
                {OTHER_ABI_PLUGIN, "compiled for version 77 of scoop's binary interface, but this scoop has version 5",
                 "compile it again"});
  check_refused({"-q", "-n", "2", DEBUG_CONTAINERS_PLUGIN}, {DEBUG_CONTAINERS_PLUGIN, "compiled with _GLIBCXX_DEBUG"});
}

TEST_CASE("scoop-launch refuses options it cannot use") {
  check_refused({"-n", "0", ACTS_PLUGIN}, {"-n needs a number of workers", "\"0\""});
  check_refused({"-n", "x", ACTS_PLUGIN}, {"-n needs a number of workers", "\"x\""});
  check_refused({"--shipall", ACTS_PLUGIN}, {"unknown option --shipall", "--ship-all"});
  check_refused({}, {"no program given"});
  check_refused({"--log-file", "/no/such/folder/log", ACTS_PLUGIN}, {"/no/such/folder/log", "cannot be opened"});
  check_refused({"--log-file", "/tmp", ACTS_PLUGIN},
                {"--log-file /tmp cannot be opened", "Is a directory", "give a file"});
  check_refused({"--log-file", "", ACTS_PLUGIN}, {"--log-file has an empty value"});
  check_refused({"--wrap", "", ACTS_PLUGIN}, {"--wrap has an empty value"});
  check_refused({"-n", "2", "-n", "3", ACTS_PLUGIN}, {"-n is given twice"});
  check_refused({""}, {"no program given"});
}

TEST_CASE("scoop-launch refuses a place for its sockets that is not its user's alone") {
  const TempDir folder;
  std::filesystem::create_directory(folder / "open");
  std::filesystem::permissions(folder / "open", std::filesystem::perms::all);
  Command command;
  command.argv = {SCOOP_LAUNCH, "-q", ACTS_PLUGIN};
  command.env["SCOOP_RUNTIME_DIR"] = folder / "open";
  const auto outcome = scoop::test::run(command);
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("can be written by others") != std::string::npos);
}

TEST_CASE("A program that exits before main gives its own status") {
  Command command;
  command.env["ACTS_EARLY_EXIT"] = "1";
  PoolRun run({"-q", "-n", "2", ACTS_PLUGIN}, command);
  CHECK(run.wait().status == 5);
  CHECK(run.leaves_nothing());
}

TEST_CASE("Workers get their share of the cores, are bound to them, and are wrapped, as the options say") {
  const auto setup = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {ACTS_PLUGIN, "setup"});
    PoolRun run(arguments);
    const auto outcome = run.wait();
    CHECK(outcome.status == 0);
    CHECK(outcome.err == "");
    return outcome.out;
  };
  CHECK(setup({"-q", "-n", "64"}).find(" cpus, 1 threads, bare\n") != std::string::npos);
  CHECK(setup({"-q", "-n", "2", "--threads-per-worker", "5"}).find(" cpus, 5 threads, bare\n") != std::string::npos);
  CHECK(setup({"-q", "-n", "3", "--threads-per-worker", "1", "--bind", "core"}) == "1 cpus, 1 threads, bare\n");
  CHECK(setup({"-q", "-n", "2", "--wrap", "env ACTS_WRAPPED='in a word'"}).find(", in a word\n") != std::string::npos);
  CHECK(setup({"-q", "-n", "2", "--wrap", "env ACTS_WRAPPED=x", "--wrap-workers", "1"}).find(", bare\n") !=
        std::string::npos);
}

TEST_CASE("A wrapper that is not there ends the run as a shell would") {
  PoolRun run({"-q", "-n", "2", "--wrap", "/no/such/tool", ACTS_PLUGIN, "return", "0"});
  const auto outcome = run.wait();
  CAPTURE(outcome);
  CHECK(outcome.status == 127);
  CHECK(outcome.err.find("/no/such/tool") != std::string::npos);
  CHECK(run.leaves_nothing());
}

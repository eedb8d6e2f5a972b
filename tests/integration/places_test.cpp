// Containers and accounts in which something usual is missing.
#include <doctest/doctest.h>
#include <unistd.h>

#include <sstream>

#include "integration/pool_run.hpp"
#include "support/sanitized.hpp"

using namespace scoop::test;

namespace {

constexpr const char* result_of_work = "8890 2000 19900\n";

Outcome run_in(std::vector<std::string> place, const std::string& script) {
  Command command;
  command.argv = std::move(place);
  command.argv.insert(command.argv.end(), {"sh", "-c", script});
  command.env["SCOOP"] = SCOOP_LAUNCH;
  command.env["CALLS"] = CALLS_PLUGIN;
  command.env["ACTS"] = ACTS_PLUGIN;
  command.env["DEEDS"] = DEEDS_PLUGIN;
  command.env["SCOOP_RUNTIME_DIR"] = "";
  command.limit = std::chrono::seconds(60);
  return run(command);
}

/// Where the system does not give what a test needs, the test says so and ends.
bool has(std::vector<std::string> place, const std::string& script = "true") {
  const auto outcome = run_in(std::move(place), script);
  if (outcome.status != 0) MESSAGE("not tested, this system does not allow it: " << script << ": " << outcome.err);
  return outcome.status == 0;
}

/// Mounts of its own; with `more`, other things too.
std::vector<std::string> unshared(const std::string& more = "") {
  return {"unshare", ::geteuid() == 0 ? "-m" + more : "-rm" + more};
}

void check_works(const Outcome& outcome) {
  CAPTURE(outcome);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == result_of_work);
  CHECK(outcome.err == "");
}

void check_refused(const Outcome& outcome, const std::string& sentence) {
  CAPTURE(outcome);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  CHECK(outcome.err == "scoop-launch: " + sentence + "\n");
}

}  // namespace

TEST_CASE("Without control groups mounted, a worker runs on each usable core") {
  const std::string hide = "umount -R /sys/fs/cgroup 2>/dev/null; ";
  if (!has(unshared(), hide)) return;
  check_works(run_in(unshared(), hide + "exec \"$SCOOP\" -q \"$CALLS\" work"));
}

// Which a sanitizer's runtime wants, too.
TEST_CASE("Without /proc nothing starts" * doctest::skip(is_sanitized)) {
  const std::string hide = "umount -l /proc && ";
  if (!has(unshared(), hide + "true")) return;
  check_refused(run_in(unshared(), hide + "exec \"$SCOOP\" -q \"$CALLS\" work"),
                "/proc/self/exe cannot be read: No such file or directory; mount /proc");
}

TEST_CASE("Where /tmp cannot be written, another folder is asked for, and used") {
  const std::string freeze = "mount --bind /tmp /tmp && mount -o remount,bind,ro /tmp && mount -t tmpfs none /mnt && ";
  if (!has(unshared(), freeze + "true")) return;
  const auto refused = run_in(unshared(), freeze + "exec \"$SCOOP\" -q \"$CALLS\" work");
  CAPTURE(refused);
  CHECK(refused.status == 2);
  // Another run on this machine may have made the base. Within, every user is root.
  CHECK(refused.err.find("scoop-launch: /tmp/scoop-0") == 0);
  CHECK(
      refused.err.ends_with(" cannot be made: Read-only file system; set SCOOP_RUNTIME_DIR to a folder of your own\n"));
  check_works(
      run_in(unshared(), freeze + "export SCOOP_RUNTIME_DIR=/mnt/run && exec \"$SCOOP\" -q -n 2 \"$CALLS\" work"));
}

TEST_CASE("Where the disk is full, a run goes on without its log, and says so once") {
  const std::string mount = "mount -t tmpfs -o size=64k none /mnt && export XDG_STATE_HOME=/mnt && ";
  if (!has(unshared(), mount + "true")) return;
  const auto outcome = run_in(unshared(), mount +
                                              "\"$SCOOP\" -n 1 \"$DEEDS\" flood 5000; echo $?; "
                                              "\"$SCOOP\" runs");
  const std::string warning = "cannot be written: No space left on device.\n";
  CAPTURE(outcome.out);
  const auto said = outcome.err.find(warning);
  CHECK(said != std::string::npos);
  CHECK(outcome.err.rfind(warning) == said);
  CHECK(outcome.err.find("line 4999 of a task") != std::string::npos);
  CHECK(outcome.err.find("Finished cleaning spawned subprocesses.") != std::string::npos);
  CHECK(outcome.out.starts_with("0\n"));
  CHECK(outcome.out.find("  done  ") != std::string::npos);  // a line still fits
}

TEST_CASE("A run needs no user namespaces") {
  const std::vector<std::string> place{"unshare", "-Ur"};
  const std::string forbid = "echo 0 >/proc/sys/user/max_user_namespaces && ! unshare -U true 2>/dev/null && ";
  if (!has(place, forbid + "true")) return;
  check_works(run_in(place, forbid + "exec \"$SCOOP\" -q -n 2 \"$CALLS\" work"));
}

TEST_CASE("Where the first process reaps nobody, a run works, and a killed one leaves nothing alive") {
  auto place = unshared("pf");
  place.insert(place.end(), {"--mount-proc", ODD_PLACE, "lazy-init"});
  if (!has(place)) return;
  check_works(run_in(place, "exec \"$SCOOP\" -q -n 2 \"$CALLS\" work"));
  for (const std::string victim : {"scoop-launch", "scoop-broker", "scoop-worker --host"}) {
    const auto outcome =
        run_in(place, "set -- " + victim +
                          "; out=$(mktemp); \"$SCOOP\" -q -n 2 \"$ACTS\" litter 1 >$out 2>/dev/null & "
                          "until grep -q begun $out || ! kill -0 $!; do sleep 0.01; done; rm $out; "
                          "for p in /proc/[1-9]*; do "
                          "  if grep -qx \"$1\" $p/comm && grep -q -- \"$2\" $p/cmdline; then kill -9 ${p#/proc/}; fi; "
                          "done 2>/dev/null; wait");
    CAPTURE(victim);
    CAPTURE(outcome);
    CHECK_FALSE(outcome.timed_out);
    CHECK(outcome.err == "");
  }
}

TEST_CASE("Where membarrier is forbidden, the queue does without") {
  if (!has({ODD_PLACE, "no-membarrier"})) return;
  check_works(run_in({ODD_PLACE, "no-membarrier"}, "exec \"$SCOOP\" -q -n 3 \"$CALLS\" work"));
}

TEST_CASE("An ordinary user runs programs, in a place of his own only") {
  if (::geteuid() != 0) return;  // then all the others are about one
  const std::vector<std::string> user{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  if (!has(user, "test -x \"$SCOOP\" && test -r \"$CALLS\"")) return;
  check_works(run_in(user, "exec \"$SCOOP\" -q -n 2 \"$CALLS\" work"));

  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const auto refused = [&](const std::string& base, const std::string& why) {
    check_refused(run_in(user, "export SCOOP_RUNTIME_DIR='" + base + "' && exec \"$SCOOP\" -q -n 2 \"$CALLS\" work"),
                  base + why + "; set SCOOP_RUNTIME_DIR to a folder of your own");
  };
  const auto own = [&](const std::string& name, const char* mode) {
    std::filesystem::create_directory(folder / name);
    REQUIRE(::chown((folder / name).c_str(), 65534, 65534) == 0);
    std::filesystem::permissions(folder / name, static_cast<std::filesystem::perms>(std::stoi(mode, nullptr, 8)));
    return folder / name;
  };
  std::filesystem::create_directory(folder / "of root");
  refused(folder / "of root", " belongs to another user");
  refused(folder / "of root/below", " cannot be made: Permission denied");
  refused(own("closed", "000"), " cannot be opened: Permission denied");
  std::filesystem::create_directory_symlink(own("real", "700"), folder / "link");
  refused(folder / "link", " is not a folder (links are refused)");
}

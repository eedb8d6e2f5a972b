#include "launcher/host_script.hpp"

#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "launcher/remote_command.hpp"

namespace scoop {
namespace {

// All names begin alike, since they might else be names of the user's environment, which scoop-worker gets.
constexpr const char* functions = R"(
scoop_say() { printf '%s %s\n' "$scoop_marker" "$1"; }
scoop_fail() {
  printf 'scoop: %s\n' "$1" >&2
  exit 1
}

# First it is marked as used: from then on nobody removes it.
scoop_is_whole() {  # bundle, folder
  [ -e "$2/.used" ] || return
  touch -c "$2/.used" 2>/dev/null
  "scoop_has_$1" "$2"
}

# A shell of its own: its mask, language and trap end with it. Another run may do the same at this time: who comes second
# finds a whole folder. Moving aside what is not whole is for folders that something else has damaged.
scoop_receive() (  # bundle, folder, bytes
  umask 077
  LC_ALL=C
  export LC_ALL
  scoop_new=$scoop_cache/.new-${2##*/}-$scoop_begin
  trap 'rm -rf "$scoop_new"' EXIT
  trap 'exit 1' HUP TERM
  mkdir -p "$scoop_cache" && chmod 700 "$scoop_cache" && mkdir "$scoop_new" || exit
  scoop_say "send $1"
  head -c "$3" | tar -xof - -C "$scoop_new" || exit
  [ -e "$scoop_new/.used" ] || scoop_fail 'what was sent has been cut off'
  touch "$scoop_new/.used" || exit
  mv -T "$scoop_new" "$2" 2>/dev/null && exit
  scoop_is_whole "$1" "$2" && exit
  rm -rf "$2"
  mv -T "$scoop_new" "$2"
)

# Sets scoop_folder: where the bundle lies in the cache, or nothing if the launcher's own files are here.
scoop_place() {  # bundle, hash, bytes
  scoop_folder=
  if [ "$scoop_may_share" = 1 ] && "scoop_shares_$1"; then
    scoop_own=$scoop_own_libraries
    return
  fi
  scoop_folder=$scoop_cache/$2
  scoop_is_whole "$1" "$scoop_folder" || scoop_receive "$1" "$scoop_folder" "$3" || exit
  scoop_libraries=$scoop_libraries${scoop_libraries:+:}$scoop_folder
}

scoop_enter() {
  unset CDPATH
  if [ -n "$scoop_path" ]; then
    cd "$scoop_path" || scoop_fail "the working folder $scoop_path cannot be entered"
    scoop_say "folder asked $PWD"
  elif [ -n "$scoop_own_path" ] && cd "$scoop_own_path" 2>/dev/null; then
    scoop_say "folder own $PWD"
  else
    cd "${HOME:-/}" 2>/dev/null || cd /
    scoop_say "folder home $PWD"
  fi
}

# Neither its input, which is scoop-worker's, nor its output is for the prolog.
scoop_run_prolog() {
  trap 'printf "scoop: the prolog script ended with status %s\n" "$?" >&2' EXIT
  scoop_call_prolog </dev/null >&2
  trap - EXIT
}
scoop_call_prolog() { eval "$scoop_prolog"; }
)";

constexpr const char* begin = R"(
scoop_machine=$(uname -m) || exit
scoop_say "machine $scoop_machine"
[ "$scoop_machine" = "$scoop_own_machine" ] ||
  scoop_fail "the processor is $scoop_machine, the programs are for $scoop_own_machine"
case ${XDG_CACHE_HOME-} in
  /*) scoop_cache=$XDG_CACHE_HOME/scoop ;;
  *) scoop_cache=${HOME-}/.cache/scoop ;;
esac
[ ! -e "$scoop_cache" ] || [ -O "$scoop_cache" ] ||
  scoop_fail "the cache $scoop_cache is another user's"  # who may have put any program there
case $scoop_prefix in
  '' | /*) ;;
  *) scoop_prefix=$PWD/$scoop_prefix ;;
esac
scoop_libraries=
scoop_own=
scoop_enter
set --
)";

constexpr const char* use_prefix = R"(
scoop_worker=$scoop_prefix/bin/scoop-worker
[ -f "$scoop_worker" ] && [ -x "$scoop_worker" ] || scoop_fail "there is no program $scoop_worker"
)";

// After the call of scoop_place for the runtime.
constexpr const char* use_runtime = R"(
if [ -n "$scoop_folder" ]; then
  scoop_worker=$scoop_folder/$scoop_worker_name
  set -- --cache "$scoop_folder"
else
  scoop_worker=$scoop_own_worker
fi
)";

// After the call of scoop_place for the program. The prolog may change everything but these words. The shell stays:
// where the daemon is killed, nobody else is left to end what the tasks have started.
constexpr const char* end = R"(
[ -z "$scoop_folder" ] || set -- "$@" --cache "$scoop_folder"
scoop_say "program $scoop_folder"
set -- "$scoop_worker" --host --control-stdio "$@"
[ -z "$scoop_prolog" ] || scoop_run_prolog
scoop_libraries=$scoop_libraries${scoop_own:+${scoop_libraries:+:}$scoop_own}
if [ -n "$scoop_libraries" ]; then
  SCOOP_LIBRARY_PATH=$scoop_libraries
  LD_LIBRARY_PATH=$scoop_libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH SCOOP_LIBRARY_PATH
fi
export scoop_marker
scoop_say ready
scoop_status=0
"$@" || scoop_status=$?  # set -e of the prolog must not end it here
[ "$scoop_status" -le 128 ] || "$scoop_worker" --clean-up "scoop_marker=$scoop_marker"
exit "$scoop_status"
)";

std::string assignment(const std::string& name, const std::string& value) {
  return name + "=" + quote_word(value) + "\n";
}

/// The words that `of` makes of each file.
std::string each(const Bundle& bundle, const std::function<std::string(const BundledFile&)>& of) {
  std::string text;
  for (const auto& file : bundle.files) text += " " + of(file);
  return text;
}

/// scoop_shares_NAME: the files are here, the very same. scoop_has_NAME: a folder holds all of them, as long as they
/// were; what a machine that crashed had not yet written is shorter.
std::string questions(const std::string& name, const Bundle& bundle) {
  std::string told;
  std::string sizes;
  for (const auto& file : bundle.files) {
    const std::string line_end = told.empty() ? "" : "\n";
    const auto size = std::to_string(file.size);
    told += line_end + std::to_string(file.inode) + " " + size + " " + std::to_string(file.changed);
    sizes += line_end + size;
  }
  const auto paths = each(bundle, [](const BundledFile& file) { return quote_word(file.path); });
  const auto names = each(bundle, [](const BundledFile& file) { return quote_word(file.name); });
  return "scoop_shares_" + name + "() {\n  [ \"$(stat -L -c '%i %s %Y'" + paths + " 2>/dev/null)\" = '" + told +
         "' ]\n}\nscoop_has_" + name + "() {\n  [ \"$(cd \"$1\" && stat -L -c %s --" + names + " 2>/dev/null)\" = '" +
         sizes + "' ]\n}\n";
}

std::string call_place(const std::string& name, const Bundle& bundle) {
  return "scoop_place " + name + " " + bundle.hash + " " + std::to_string(bundle.archive.size()) + "\n";
}

std::string assignments(const HostSettings& settings, const std::string& marker) {
  const auto middle = marker.find('-');
  // Not to be taken for an option or a place of CDPATH.
  const auto is_relative = !settings.path.empty() && settings.path.front() != '/';
  const auto& worker = settings.runtime->files.at(0);
  return assignment("scoop_begin", marker.substr(0, middle)) + "scoop_marker=$scoop_begin" +
         quote_word(marker.substr(middle)) + "\n" + assignment("scoop_own_machine", settings.machine) +
         assignment("scoop_prefix", settings.prefix) +
         assignment("scoop_path", (is_relative ? "./" : "") + settings.path) +
         assignment("scoop_own_path", settings.own_path) + assignment("scoop_own_libraries", settings.own_libraries) +
         assignment("scoop_own_worker", worker.path) + assignment("scoop_worker_name", worker.name) +
         assignment("scoop_may_share", settings.may_share ? "1" : "0") + assignment("scoop_prolog", settings.prolog);
}

}  // namespace

HostSettings own_settings(SharedBundle runtime, SharedBundle program) {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  };
  HostSettings settings;
  settings.runtime = std::move(runtime);
  settings.program = std::move(program);
  utsname names{};
  ::uname(&names);
  settings.machine = names.machine;
  std::error_code error;  // it may be gone; then there is none
  settings.own_path = std::filesystem::current_path(error).string();
  settings.own_libraries = variable("LD_LIBRARY_PATH");
  settings.may_share = variable("SCOOP_ALWAYS_SHIP").empty();
  return settings;
}

std::string new_marker() {
  std::array<std::uint64_t, 2> random{};
  if (::getrandom(random.data(), sizeof random, 0) != sizeof random) std::abort();  // never: it is less than 256 bytes
  std::array<char, 34> text;
  std::snprintf(text.data(), text.size(), "%016" PRIx64 "-%016" PRIx64, random[0], random[1]);
  return text.data();
}

std::string host_script(const HostSettings& settings, const std::string& marker) {
  auto script = assignments(settings, marker) + functions + questions("program", *settings.program);
  if (settings.prefix.empty()) script += questions("runtime", *settings.runtime);
  script += begin;
  script += settings.prefix.empty() ? call_place("runtime", *settings.runtime) + use_runtime : use_prefix;
  return script + call_place("program", *settings.program) + end;
}

}  // namespace scoop

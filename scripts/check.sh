#!/usr/bin/env bash
# All checks, or those that are named: scripts/check.sh [--list | step...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

# The tests stand last, so that a full run ends with ctest's own account.
steps=(format includes shell headers demo instructions asan tsan tests)

step_format() { scripts/format.sh --check; }

step_includes() { python3 scripts/check_includes.py; }

step_shell() {
  if ! command -v shellcheck >/dev/null; then
    echo "shellcheck is not installed: skipped"
    return 0
  fi
  shellcheck -x scripts/*.sh .ci/run
}

# Every header compiles alone; those that users include, under both compilers. One that its own source includes first
# has been compiled so by every build.
step_headers() {
  scripts/files.sh '*.hpp' | grep '^common/include/' | compile_alone clang++-16
  scripts/files.sh '*.hpp' | without_source | compile_alone g++
}

without_source() {
  local header source first
  while read -r header; do
    source=${header%.hpp}.cpp
    first=
    if [[ -f $source ]]; then first=$(grep -m 1 '^#include' "$source"); fi
    if [[ $first != "#include \"$header\"" ]]; then echo "$header"; fi
  done
}

compile_alone() {  # compiler, names on standard input
  local flags=(-std=c++20 -Wall -Wextra -Werror -fsyntax-only -x c++ -I. -Icommon/include -Itests
    -DMSGPACK_NO_BOOST -DSPDLOG_FMT_EXTERNAL -DSPDLOG_COMPILED_LIB
    # what the tests' CMakeLists.txt say
    -DSCOOP_LAUNCH='"scoop-launch"' -DSCOOP_BROKER='"scoop-broker"' -DROUNDS_PLUGIN='"rounds.so"')
  # shellcheck disable=SC2016 # expanded by the inner shell
  xargs -P "$(nproc)" -I '{}' sh -c '
    header=$1
    shift
    echo "#include \"$header\"" | "$@" - || { echo "$header does not compile alone with $1" >&2; exit 1; }' \
    alone '{}' "$1" "${flags[@]}"
}

step_demo() { scripts/demo.sh; }

# What wall time on a busy machine cannot show: that a hot path has become slower.
step_instructions() { scripts/bench.sh --instructions; }

# By clang 16, so that one build shows what it warns of, what it makes of the program, and what its sanitizers find.
step_asan() {
  scripts/build.sh asan
  ctest --preset asan
}

step_tsan() {
  scripts/build.sh tsan
  # TSan of g++ 12 cannot place its shadow where the kernel spreads addresses over more than 28 bits.
  local fixed_addresses=()
  if (($(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0) > 28)); then fixed_addresses=(setarch -R); fi
  "${fixed_addresses[@]}" ctest --preset tsan
}

step_tests() { scripts/test.sh; }

if [[ ${1-} == --list ]]; then
  printf '%s\n' "${steps[@]}"
  exit 0
fi
if (($#)); then steps=("$@"); fi

install_missing "${build_packages[@]}" "${check_packages[@]}"
failed=()
for step in "${steps[@]}"; do
  if [[ $(type -t "step_$step") != function ]]; then
    echo "no such step: $step; scripts/check.sh --list names them" >&2
    exit 2
  fi
  # A process of its own keeps errexit alive inside the step; inside an if it would be off.
  if (($# == 1)); then
    echo "== $step"
    "step_$step"
  else
    "$0" "$step" </dev/null || failed+=("$step")
  fi
done
if ((${#failed[@]})); then
  echo "Failed: ${failed[*]}"
  exit 1
fi
if (($# != 1)); then echo "All checks passed."; fi

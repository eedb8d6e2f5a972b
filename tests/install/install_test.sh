#!/usr/bin/env bash
# Usage: install_test.sh BUILD_DIR COMPILER
# Installs to a prefix, moves it, and builds and runs programs against it: with find_package, and with pkg-config.
set -euo pipefail
build=$1 compiler=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export XDG_STATE_HOME=$scratch/state  # for the logs of runs

fail() {
  echo "$*" >&2
  exit 1
}
check() {  # expected output, options and name of a program
  local expected=$1 got
  shift
  got=$("$prefix/bin/scoop-launch" -n 2 "$@" 2>log) || fail "$* ended with $?: $(cat log)"
  [[ $got == "$expected" ]] || fail "$* printed '$got', not $expected"
}

cmake --install "$build" --prefix "$scratch/first" >log || fail "$(cat log)"
prefix="$scratch/a prefix with spaces"
mv first "$prefix"  # nothing may remember where it was
cp -r "$here/program" program  # nor be found in the source tree
[[ -f $prefix/share/man/man1/scoop-launch.1 ]] || fail "no man page for scoop-launch"
loaded=$(ldd "$prefix/bin/scoop-worker" | grep libscoop)
[[ $loaded == *"$prefix"* ]] || fail "scoop-worker loads $loaded"

cmake -S program -B cmake -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 || fail "$(cat log)"
cmake --build cmake >log 2>&1 || fail "$(cat log)"
check 332833500 -q cmake/squares.so

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
[[ -d $PKG_CONFIG_PATH ]] || fail "$(find "$prefix" -name '*.pc') is not in lib/pkgconfig"
# As a Makefile does it: the shell reads what pkg-config escapes.
scoop=()
eval "scoop=($(pkg-config --cflags --libs scoop))"
compile() { "$compiler" -std=c++20 -fPIC -shared "$@" "${scoop[@]}"; }
compile program/squares.cpp program/square.cpp -o by_hand.so
check 332833500 -q ./by_hand.so

# Nor does it need any of that: the launcher and its companion know where they are.
export XDG_CACHE_HOME=$scratch/cache CXX=$compiler
"$prefix/bin/scoop-c++" program/squares.cpp program/square.cpp -o with_companion.so
check 332833500 -q ./with_companion.so
printf '#include "program/squares.cpp"\n#include "program/square.cpp"\n' >one.cpp
check 332833500 -q one.cpp
[[ -n $(find cache/scoop/programs -name one.so) ]] || fail "one.so is not in the cache"

# Beside its own spdlog, fmt and msgpack, scoop's must neither be taken by the program nor take the program's.
compile -Iprogram/others program/others.cpp program/others/others.cpp -o others.so
[[ $(nm -DC --defined-only others.so) == *fmt::v9::vformat* ]] || fail "others.so does not export its fmt"
check 120 --ship-all ./others.so
grep -q 'INFO    other spdlog, other fmt: size 120$' log || fail "not logged by the program's spdlog: $(cat log)"

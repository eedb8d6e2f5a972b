#!/usr/bin/env bash
# Usage: install_test.sh BUILD_DIR COMPILER
# Installs to a prefix, moves it, and builds and runs a program against it: with find_package, and with pkg-config.
set -euo pipefail
build=$1 compiler=$2
program=$(cd "$(dirname "${BASH_SOURCE[0]}")/program" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
  echo "$*" >&2
  exit 1
}
run() {  # name of a program
  local got
  got=$("$prefix/bin/scoop-launch" -q -n 2 "$1") || fail "$1 ended with $?"
  [[ $got == 332833500 ]] || fail "$1 printed '$got', not 332833500"
}

cmake --install "$build" --prefix "$scratch/first" >log || fail "$(cat log)"
prefix="$scratch/a prefix with spaces"
mv first "$prefix"  # nothing may remember where it was

cmake -S "$program" -B cmake -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" >log 2>&1 || fail "$(cat log)"
cmake --build cmake >log 2>&1 || fail "$(cat log)"
run cmake/squares.so

export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
[[ -d $PKG_CONFIG_PATH ]] || fail "$(find "$prefix" -name '*.pc') is not in lib/pkgconfig"
# As a Makefile does it: the shell reads what pkg-config escapes.
eval "'$compiler' -std=c++20 -fPIC -shared '$program/squares.cpp' -o by_hand.so $(pkg-config --cflags --libs scoop)"
run ./by_hand.so

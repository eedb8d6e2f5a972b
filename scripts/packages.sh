# shellcheck shell=bash disable=SC2034
# The one list of Debian 12 packages the project needs, and how they get there. Sourced by the other scripts.
# An entry is package=probe: the package is there when dpkg says so, or when the probe is found, a tool on PATH or a
# file pattern. Never add a libboost1.81 -dev package: it silently removes libmsgpack-cxx-dev.

build_packages=(
  "g++=g++"
  "cmake=cmake"
  "ninja-build=ninja"
  "pkg-config=pkg-config"
  "libzmq3-dev=/usr/include/zmq.h"
  "cppzmq-dev=/usr/include/zmq.hpp"
  "libmsgpack-cxx-dev=/usr/include/msgpack.hpp"
  "libcli11-dev=/usr/include/CLI/CLI.hpp"
  "libspdlog-dev=/usr/include/spdlog/spdlog.h"
  "libboost-context-dev=/usr/lib/*/libboost_context.so"
  "doctest-dev=/usr/include/doctest/doctest.h"
)

# What tests and checks need beside that: the second compiler, with its sanitizers, the formatter, valgrind, and what hosts
# are made of.
check_packages=(
  "clang-16=clang++-16"
  "libclang-rt-16-dev=/usr/lib/llvm-16/lib/clang/16/lib/linux/libclang_rt.asan-*.a"
  "clang-format-16=clang-format-16"
  "valgrind=/usr/include/valgrind/valgrind.h"
  "gdb=gdb"
  "python3=python3"
  "openssh-client=ssh"
  "openssh-server=/usr/sbin/sshd"
  "iproute2=ip"
  "nftables=/usr/sbin/nft"
  "tcsh=tcsh"
)

# What scripts/bench.sh measures with and beside.
bench_packages=(
  "libtbb-dev=/usr/include/tbb/task_group.h"
  "strace=strace"
  "valgrind=valgrind"
  "python3=python3"
  "openssh-client=ssh"
  "openssh-server=/usr/sbin/sshd"
)

is_present() {  # package probe
  local package=$1 probe=$2
  if command -v dpkg-query >/dev/null && [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]]; then
    return 0
  fi
  case $probe in
    /*) compgen -G "$probe" >/dev/null ;;
    *) command -v "$probe" >/dev/null ;;
  esac
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# Installs those of the entries that are missing. With nothing missing it needs neither root nor a network.
install_missing() {  # entry...
  local entry missing=()
  for entry in "$@"; do
    is_present "${entry%%=*}" "${entry#*=}" || missing+=("${entry%%=*}")
  done
  ((${#missing[@]})) || return 0

  echo "Installing: ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    echo "no apt-get here: install these by hand (names of Debian 12)" >&2
    return 1
  fi
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    echo "this needs root: apt-get install ${missing[*]}" >&2
    return 1
  fi
  # The lists may be good even where they cannot be renewed, so a failed update does not end it. Nothing that is on the
  # machine may be removed for ours.
  as_root apt-get update </dev/null || true
  as_root bash -c "$(declare -f install_idle); install_idle \"\$@\"" install "${missing[@]}" </dev/null
}

# Tests start an sshd of their own, so no daemon that comes with a package may run, neither now nor after the next start.
install_idle() {  # package...
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove \
    -o DPkg::Lock::Timeout=300 "$@" || return
  if [[ " $* " == *' openssh-server '* ]]; then update-rc.d ssh disable; fi
}

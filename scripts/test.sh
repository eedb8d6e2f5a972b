#!/usr/bin/env bash
# Installs what is missing, builds with assertions on and runs all tests: scripts/test.sh [ctest arguments]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

install_missing "${build_packages[@]}" "${check_packages[@]}"
scripts/build.sh dev
if ! ctest --preset dev "$@" </dev/null; then
  echo "Tests failed."
  exit 1
fi
echo "All tests passed."

#!/usr/bin/env bash
# Names the files of the project that match, those of builds left out: scripts/files.sh '*.hpp' '*.cpp'
# Not git's list: the checks also run where there is no git, or where the checkout belongs to somebody else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

patterns=()
for pattern in "$@"; do patterns+=(-o -name "$pattern"); done
find . -mindepth 1 -type d \( -name '.?*' -o -path './build*' \) -prune -o \
  -type f \( "${patterns[@]:1}" \) -printf '%P\n' | sort

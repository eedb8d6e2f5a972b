#!/usr/bin/env bash
# Formats every source file in place; with --check it only says which ones it would change, and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=(-i)
if [[ ${1-} == --check ]]; then mode=(--dry-run --Werror); fi
scripts/files.sh '*.cpp' '*.hpp' | xargs -d '\n' clang-format-16 "${mode[@]}"

#!/usr/bin/env bash
# Formats every source file in place; with --check it only says which ones it would change, and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=(-i)
if [[ ${1-} == --check ]]; then mode=(--dry-run --Werror); fi
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0 clang-format-16 "${mode[@]}"

#!/usr/bin/env bash
# Measures what the pool does beside what a named peer does, and prints one table of ratios:
#   scripts/bench.sh [measure...] [--rounds N] [--markdown]    --help names the measures
# Counts the instructions of the hot paths instead; fails when one needs more than bench/instruction_limits.txt allows:
#   scripts/bench.sh --instructions
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

program=bench/run.py
if [[ ${1-} == --instructions ]]; then
  program=bench/instructions.py
  shift
fi
# Standard output is for the table.
{
  install_missing "${build_packages[@]}" "${bench_packages[@]}"
  scripts/build.sh release bench
} >&2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch XDG_STATE_HOME=$scratch  # for hosts, and for the logs of runs
python3 -B "$program" build/release "$@"

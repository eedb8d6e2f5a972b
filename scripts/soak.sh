#!/usr/bin/env bash
# Starts the same small program again and again, in a row and then two at a time, and looks after each run for a wrong
# answer, a run that hangs, and processes or files that stayed behind: scripts/soak.sh [runs] [build directory] [workers]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=${1:-200}
build=${2:-build/release}
workers=${3:-2}

expected=$'Sum of the products equals 843350\nAgain, reduced by the workers: 843350'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_STATE_HOME=$scratch/state  # for the logs of runs

fail() {
  echo "FAILED: $*" >&2
  touch "$scratch/failed"
  return 1
}

# One stream of runs with a run directory and a mark of its own; all that a run starts inherits the mark.
stream() {  # name
  local directory=$scratch/$1 output status=0 left run
  mkdir "$directory"
  local mark=SOAK_MARK=$$-$1
  for ((run = 1; run <= runs; ++run)); do
    output=$(env "$mark" "SCOOP_RUNTIME_DIR=$directory" timeout -k 1 60 \
      "$build/bin/scoop-launch" -q -n "$workers" "$build/examples/mapreduce.so" 2>"$scratch/$1.err" </dev/null) || status=$?
    [[ $status == 0 ]] || fail "$1: run $run ended with status $status: $(<"$scratch/$1.err")" || return
    [[ $output == "$expected" ]] || fail "$1: run $run printed: $output" || return
    [[ ! -s $scratch/$1.err ]] || fail "$1: run $run was not quiet: $(<"$scratch/$1.err")" || return
    left=$(grep -lsz "^$mark\$" /proc/[0-9]*/environ || true)
    [[ -z $left ]] || fail "$1: run $run left processes: $left" || return
    left=$(find "$directory" -mindepth 1)
    [[ -z $left ]] || fail "$1: run $run left files: $left" || return
  done
}

begin=$(date +%s%N)
stream alone
middle=$(date +%s%N)
stream first &
stream second &
wait
end=$(date +%s%N)

if [[ -e $scratch/failed ]]; then exit 1; fi
printf '%d runs in a row, %d ms each; %d runs two at a time, %d ms each. None failed, hung, or left anything.\n' \
  "$runs" $(((middle - begin) / runs / 1000000)) $((2 * runs)) $(((end - middle) / runs / 1000000))

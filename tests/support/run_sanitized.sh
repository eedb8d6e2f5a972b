#!/usr/bin/env bash
# Runs a test of a sanitizer build: tests/support/run_sanitized.sh reports-directory command...
# Each process of the test leaves its reports in files, and one report is a failure: what a worker, the broker or the
# daemon says on standard error, and its exit status, do not always reach the test.
set -uo pipefail
reports=$1
shift
rm -rf "$reports"
mkdir -p "$reports"

add() { export "$1=${!1:+${!1}:}$2:log_path='$reports/report'"; }  # variable options
# The runtime of Debian's clang 16 wants the symbolizer of that version, and reports it where that is missing. Without
# one, reports have offsets in modules.
add ASAN_OPTIONS "detect_leaks=1:external_symbolizer_path=$(command -v llvm-symbolizer-16 || true)"
add LSAN_OPTIONS "suppressions='$(dirname "$0")/lsan_suppressions.txt':print_suppressions=0"
add UBSAN_OPTIONS print_stacktrace=1
add TSAN_OPTIONS ''

status=0
"$@" || status=$?
for report in "$reports"/*; do
  [[ -e $report ]] || break
  printf '\n== %s\n' "$report"
  cat "$report"
  status=1
done
exit "$status"

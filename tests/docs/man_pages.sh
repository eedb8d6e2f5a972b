#!/usr/bin/env bash
# Usage: man_pages.sh BIN MAN
# Each program of the folder BIN has a page in MAN, with the options that the program itself tells of, and no others;
# and groff, where there is one, finds nothing wrong in it.
set -uo pipefail
bin=$1 man=$2

options() { grep -oE -- '--[a-z][a-z-]+' | sort -u; }

told() {  # program
  "$bin/$1" --help
  if [[ $1 == scoop-launch ]]; then
    for command in logs runs hosts add-host remove-host; do "$bin/$1" "$command" --help; done
  fi
}

failed=0
for program in scoop-launch scoop-broker scoop-worker scoop-c++; do
  page=$man/$program.1
  # The pages escape the hyphens of options.
  if ! difference=$(diff <({ told "$program"; echo --help; } | options) <({ sed 's/\\-/-/g' "$page"; echo --help; } | options)); then
    echo "FAILED $program: its options (<) and those of its page (>) differ"
    echo "$difference"
    failed=1
  fi
  if command -v groff >/dev/null && faults=$(groff -man -Tascii -ww -z "$page" 2>&1) && [[ -n $faults ]]; then
    echo "FAILED $page: $faults"
    failed=1
  fi
done
exit $failed

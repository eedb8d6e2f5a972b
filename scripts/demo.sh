#!/usr/bin/env bash
# Installs what is missing, builds the release and runs the example programs on the cores of this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh

install_missing "${build_packages[@]}"
scripts/build.sh release examples

programs=build/release/examples
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_STATE_HOME=$scratch/state  # for the logs of runs

# At least two workers, so that there is something to share even on one core.
workers=$(nproc)
if ((workers < 2)); then workers=2; fi
launch() {  # options... program arguments...
  echo "\$ build/release/bin/scoop-launch $*" | cut -c -120 >&2
  build/release/bin/scoop-launch "$@" </dev/null
}

# The plays of Shakespeare where they lie beside the checkout, else texts that every Debian has.
texts=../shared/data/shakespeare
if [[ ! -d $texts ]]; then texts=/usr/share/common-licenses; fi
mapfile -t files < <(find "$texts" -type f ! -name README | sort)

printf '\n== 1. The main job: 100 products, summed\n'
launch -n "$workers" "$programs/mapreduce.so" | tee "$scratch/mapreduce"
[[ $(grep -c 843350 "$scratch/mapreduce") == 2 ]]

printf '\n== 2. The same with products that take a while: who computes how many\n'
launch -q -n "$workers" "$programs/shares.so" | tee "$scratch/shares"
took_part=$(grep -c '^worker ' "$scratch/shares")

printf '\n== 3. Words in %d files of %s that occur over 2000 times\n' "${#files[@]}" "$texts"
launch -q -n "$workers" "$programs/countwords.so" "${files[@]}" | tee "$scratch/words" | paste - - - - -
if [[ $texts == ../shared/* ]]; then diff "$scratch/words" ../shared/data/shakespeare-words-over-2000.txt; fi

if ((took_part < 2)); then
  printf '\nThe demo failed: one worker computed everything.\n'
  exit 1
fi
printf '\nThe demo ran: 843350 twice, and the words counted, on %d of %d workers.\n' "$took_part" "$workers"
printf 'The launcher is build/release/bin/scoop-launch; README.md says how to install it and write a program.\n'

#!/usr/bin/env bash
# Usage: exports_test.sh LIBSCOOP
# Only scoop_* leaves libscoop, so that a program may hold other versions of all that is in it.
set -euo pipefail
names=$(nm -D --defined-only "$1" | awk '{ print $NF }')
grep -qx scoop_enter <<<"$names" || { echo "scoop_enter is not exported: $names" >&2; exit 1; }
others=$(grep -v '^scoop_' <<<"$names" || true)
[[ -z $others ]] || { echo "$1 exports more than scoop_*: $others" >&2; exit 1; }

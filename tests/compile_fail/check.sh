#!/usr/bin/env bash
# Compiles each case: tests/compile_fail/check.sh compiler work-directory flags...
# A case passes if the compiler refuses it with one error, and that has the sentence in the case's first line.
set -uo pipefail
compiler=$1 work=$2
shift 2
plain_flags=("$@")
flags=("$@" -std=c++20)
cases=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/cases

mkdir -p "$work" && cd "$work" || exit 1
# Parsed once for all cases; what is looked for happens at instantiation.
echo '#include <scoop/futures.hpp>' >prelude.hpp
"$compiler" "${flags[@]}" -x c++-header prelude.hpp -o prelude.hpp.gch || exit 1
if [[ $("$compiler" --version) == *clang* ]]; then
  flags+=(-include-pch prelude.hpp.gch)
else
  flags+=(-include prelude.hpp)
fi

check() {  # case
  local name expected output errors
  name=$(basename "$1" .cpp)
  expected=$(head -n 1 "$1")
  expected=${expected#// Expect: }
  output=$("$compiler" "${flags[@]}" -fsyntax-only "$1" 2>&1)
  errors=$(grep -c 'error:' <<<"$output")
  if [[ $expected == nothing ]]; then
    [[ -z $output ]] && return 0
    echo "FAILED $name: should compile, but"
  elif ((errors == 0)); then
    echo "FAILED $name: compiles"
  elif ((errors > 1)); then
    echo "FAILED $name: $errors errors where one should do"
  elif ! grep 'error:.*scoop: ' <<<"$output" | grep -qF "$expected"; then
    echo "FAILED $name: the error does not say \"$expected\""
  else
    return 0
  fi
  grep -E 'error:|warning:' <<<"$output" | head -n 5
  return 1
}

failed=0 count=0
for case in "$cases"/*.cpp; do
  count=$((count + 1))
  check "$case" || failed=$((failed + 1))
done
# Compilers and modes that cannot do it say so, and no more.
refuse() {  # expected sentence, compiler and flags...
  count=$((count + 1))
  output=$("${@:2}" -fsyntax-only "$cases/accepted.cpp" 2>&1)
  [[ $(grep -c 'error:' <<<"$output") == 1 && $output == *"$1"* ]] && return
  echo "FAILED ${*:2:1}: should say no more than \"$1\", but"
  grep 'error:' <<<"$output" | head -n 5
  failed=$((failed + 1))
}
refuse 'scoop: needs C++20' "$compiler" "${plain_flags[@]}" -std=c++17
if command -v clang++-14 >/dev/null; then
  refuse 'scoop: this clang cannot compile the views' clang++-14 "${plain_flags[@]}" -std=c++20
fi

echo "$compiler: $((count - failed)) of $count cases as expected"
((failed == 0))

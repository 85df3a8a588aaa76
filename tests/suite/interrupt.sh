#!/usr/bin/env bash
# interrupt.sh MUSTER: an interrupt ends a suite soon, with what it has, and exit code 130.
set -euo pipefail

muster=$1
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# More seeds than it can finish.
"$muster" test --seeds 100000 --jobs 1 --report "" > "$work/out" 2> "$work/err" &
program=$!
while [[ ! -e /proc/$program/exe ]] || [[ $(readlink "/proc/$program/exe") != *muster* ]]; do
  kill -0 "$program" || { echo "it ended before it was interrupted" >&2; exit 1; }
done
kill -INT "$program"
code=0
wait "$program" || code=$?
[[ $code -eq 130 ]] || { echo "exit $code, expected 130" >&2; cat "$work/err" >&2; exit 1; }

#!/usr/bin/env bash
# run.sh FOLDER [SEEDS]
#   SEEDS seeds (default 5000), dealt out to the built-in cases in turn: no two cases share a seed,
#   so the search is as wide as it is long. Keeps what each piece printed in FOLDER, goes on there
#   where it was, and ends with FOLDER/summary.json: seeds and builds, tasks, what did not pass,
#   and how often each invariant was evaluated and violated. Exit 1 when one was, or a piece did
#   not pass.
#   MUSTER says which program (default: the one that ./run builds), JOBS how many at once (2).
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${1:?"run.sh FOLDER [SEEDS]"}
seeds=${2:-5000}
muster=$(realpath -- "${MUSTER:-$here/build/release/muster}")
mkdir -p -- "$folder"
folder=$(realpath -- "$folder")

# A piece is short enough that an interrupted search loses little.
piece=13
# run_piece FILE FIRST: the seeds FIRST to FIRST + piece - 1 through one case.
run_piece() {
  local output=$folder/$2.json code=0
  [[ -s $output ]] && return
  "$muster" run "$1" --seed "$2" --seeds "$piece" --jobs 1 --json --report "" --store "" \
    > "$output.part" 2> "$folder/$2.errors" || code=$?
  if [[ $code -gt 1 ]]; then
    echo "$1, seed $2: exit $code: $(tail -n 1 "$folder/$2.errors")" >&2
    return 1
  fi
  mv -- "$output.part" "$output"
  rm -f -- "$folder/$2.errors"
}
export -f run_piece
export folder muster piece

cases=("$here"/scenarios/suite/*.yaml)
for ((first = 1, i = 0; first <= seeds; first += piece, ++i)); do
  printf '%s\0%s\0' "${cases[i % ${#cases[@]}]}" "$first"
done | xargs -0 -n 2 -P "${JOBS:-2}" bash -c 'run_piece "$@"' _

commit=$(git -C "$here" rev-parse --short HEAD)
exec node "$here/tests/seeds/summary.mjs" "$folder" "$piece" "$commit"

#!/usr/bin/env bash
# run.sh [--check] [NAME...]
#   Plants each bug NAME.patch (default: all of them) in a copy of the tracked tree and shows that
#   it is found: a command that passes without the bug must fail with it, and must say why in the
#   words that the patch foretells. A bug that survives makes this script fail.
#   --check: only that each can still be planted; builds nothing.
#   MUTANTS_JOBS says how many compilers may run at once (default 2).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
copy=$scratch/tree
output=$scratch/output
# Elsewhere than in a repository, git apply takes paths from where it stands.
export GIT_CEILING_DIRECTORIES=$scratch

# field MUTANT NAME: what the patch says after "NAME: " above its first hunk.
field() {
  local value
  value=$(sed -n "/^diff /q; s/^$2: //p" "$here/$1.patch")
  if [[ -z $value ]]; then
    echo "$1.patch has no line \"$2: ...\" above its diff" >&2
    return 1
  fi
  echo "$value"
}

# detection MUTANT: sets words to the program that detects it, and its arguments.
detection() {
  local detect
  detect=$(field "$1" Detect)
  read -ra words <<< "$detect"
}

build() {
  if ! ninja -C "$copy/build" -j "${MUTANTS_JOBS:-2}" "$1" > "$scratch/build" 2>&1; then
    tail -n 40 "$scratch/build" >&2
    return 1
  fi
}

# detect: exit code of the detection in words; what it prints is in $output.
detect() {
  local status=0
  local -a arguments=("${words[@]:1}")
  if [[ ${words[0]} == muster ]]; then arguments+=(--report ""); fi
  (cd "$copy" && timeout 300 "build/${words[0]}" "${arguments[@]}") > "$output" 2>&1 || status=$?
  return "$status"
}

check=0
if [[ ${1:-} == --check ]]; then
  check=1
  shift
fi
mutants=("$@")
if (($# == 0)); then
  for patch in "$here"/*.patch; do mutants+=("$(basename "$patch" .patch)"); done
fi
for mutant in "${mutants[@]}"; do
  if [[ ! -f $here/$mutant.patch ]]; then
    echo "there is no mutant $mutant" >&2
    exit 2
  fi
done

if ((check)); then
  stale=0
  for mutant in "${mutants[@]}"; do
    for name in Bug Detect Caught; do field "$mutant" "$name" > "$scratch/field" || stale=1; done
    if ! (cd "$project" && git apply --check "$here/$mutant.patch"); then
      echo "$mutant.patch cannot be planted any more: write it anew for the code as it is" >&2
      stale=1
    fi
  done
  exit "$stale"
fi

mkdir "$copy"
(cd "$project" && git ls-files -z | tar --null --files-from=- --create) \
  | tar --directory="$copy" --extract
tests=OFF
for mutant in "${mutants[@]}"; do
  detection "$mutant"
  if [[ ${words[0]} != muster ]]; then tests=ON; fi
done
cmake -S "$copy" -B "$copy/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O1 \
  -DMUSTER_TESTS=$tests > "$scratch/configure"
# With ccache, the same sources in another folder are the same sources.
export CCACHE_BASEDIR=$copy
echo "building without a bug"
for mutant in "${mutants[@]}"; do
  detection "$mutant"
  build "${words[0]}"
  if ! detect; then
    tail -n 20 "$output" >&2
    echo "the detection of $mutant fails without the bug, so it proves nothing" >&2
    exit 1
  fi
done

# attempt MUTANT: plants, runs, reverts; leaves the telling line in $caught, or nothing.
attempt() {
  local status=0 pattern
  pattern=$(field "$1" Caught)
  detection "$1"
  (cd "$copy" && git apply "$here/$1.patch")
  build "${words[0]}"
  detect || status=$?
  caught=
  if ((status == 1)); then caught=$(grep -m 1 -E -- "$pattern" "$output" || true); fi
  (cd "$copy" && git apply --reverse "$here/$1.patch")
}

table="mutant | caught by | seconds"
survivors=0
for mutant in "${mutants[@]}"; do
  began=$SECONDS
  attempt "$mutant"
  if [[ -z $caught ]]; then
    survivors=$((survivors + 1))
    caught=SURVIVED
    tail -n 20 "$output"
  fi
  caught=$(sed -E 's/^ +//; s/ +/ /g' <<< "$caught")
  echo "$mutant: $caught"
  table+=$'\n'"$mutant | $caught | $((SECONDS - began))"
done
echo
column -t -s '|' -o '|' <<< "$table"
if ((survivors > 0)); then
  echo "$survivors of ${#mutants[@]} survived"
  exit 1
fi
echo "all ${#mutants[@]} were caught"

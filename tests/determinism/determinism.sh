#!/usr/bin/env bash
# determinism.sh environments MUSTER     every byte of --json but wall times is equal in a fresh
#   process, with other jobs, FMA masked, another locale and time zone, other allocator fill and
#   another hash salt
# determinism.sh builds MUSTER OTHER...  and equal between programs that were built otherwise
#
# What is run is a suite of short scenarios: one for each topology, with faults, and one whose
# controller raises alerts.
set -euo pipefail

mode=$1
muster=$2
shift 2
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
readonly mode muster here work
failed=0

# outcome NAME PROGRAM [VARIABLE=VALUE...] -- FLAG...: the JSON without wall times, in $work/NAME.
outcome() {
  local name=$1 program=$2 scenario code
  shift 2
  local -a environment=()
  while [[ $1 != -- ]]; do
    environment+=("$1")
    shift
  done
  shift
  for scenario in mesh.yaml hierarchical.yaml star.yaml controlled.yaml; do
    code=0
    env "${environment[@]}" "$program" run "$here/$scenario" --seeds 2 --report "" --json \
      "$@" > "$work/one" || code=$?
    # Whether it passes is not asked here; that it ran is.
    if ((code > 1)); then
      echo "$name: $scenario ended with exit code $code" >&2
      exit 1
    fi
    sed -E 's/"wall_s": ?[0-9.e+-]+/"wall_s":0/g' "$work/one"
  done > "$work/$name"
}

# same NAME...: as the reference, byte for byte.
same() {
  local name
  for name in "$@"; do
    if cmp -s "$work/reference" "$work/$name"; then
      echo "equal: $name"
    else
      echo "DIFFERS: $name" >&2
      diff <(tr ',' '\n' < "$work/reference") <(tr ',' '\n' < "$work/$name") | head -5 >&2 || true
      failed=1
    fi
  done
}

outcome reference "$muster" -- --jobs 1
case $mode in
  environments)
    outcome again "$muster" -- --jobs 1
    outcome jobs "$muster" -- --jobs 2
    outcome fma_masked "$muster" GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-AVX2 -- --jobs 1
    outcome locale "$muster" LC_ALL=C.UTF-8 TZ=Asia/Kathmandu -- --jobs 1
    outcome allocator "$muster" MALLOC_PERTURB_=165 -- --jobs 1
    outcome salt "$muster" MUSTER_HASH_SALT=123456789 -- --jobs 1
    same again jobs fma_masked locale allocator salt
    # Another seed must not be equal, or the comparison shows nothing.
    outcome other_seed "$muster" -- --jobs 1 --seed 7
    if cmp -s "$work/reference" "$work/other_seed"; then
      echo "another seed gives the same run: the comparison is blind" >&2
      failed=1
    fi
    ;;
  builds)
    count=0
    for other in "$@"; do
      if cmp -s "$muster" "$other"; then
        echo "$other is the same program as $muster: the comparison is blind" >&2
        exit 1
      fi
      count=$((count + 1))
      outcome "build_$count" "$other" -- --jobs 1
      echo "$other against $muster:"
      same "build_$count"
    done
    ;;
  *)
    echo "usage: determinism.sh environments|builds MUSTER [OTHER...]" >&2
    exit 2
    ;;
esac
exit "$failed"

#!/usr/bin/env bash
# determinism.sh MUSTER: every byte of --json but wall times is equal across fresh processes, jobs,
# FMA masked, locale, time zone, allocator fill and hash salt.
set -euo pipefail

muster=$1
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
readonly muster work

# outcome NAME [VARIABLE=VALUE...] -- FLAG...: the JSON without wall times, in $work/NAME.
outcome() {
  local name=$1
  shift
  local -a environment=()
  while [[ $1 != -- ]]; do
    environment+=("$1")
    shift
  done
  shift
  env "${environment[@]}" "$muster" test --case agents --seeds 2 --report "" --json "$@" |
    sed -E 's/"wall_s": ?[0-9.e+-]+/"wall_s":0/g' > "$work/$name" || true
  [[ -s $work/$name ]] || { echo "$name printed nothing" >&2; exit 1; }
}

outcome reference -- --jobs 1
outcome again -- --jobs 1
outcome jobs -- --jobs 2
outcome fma_masked GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-AVX2 -- --jobs 1
outcome locale LC_ALL=C.UTF-8 TZ=Asia/Kathmandu -- --jobs 1
outcome allocator MALLOC_PERTURB_=165 -- --jobs 1
outcome salt MUSTER_HASH_SALT=123456789 -- --jobs 1

failed=0
for name in again jobs fma_masked locale allocator salt; do
  if cmp -s "$work/reference" "$work/$name"; then
    echo "equal: $name"
  else
    echo "DIFFERS: $name" >&2
    diff <(tr ',' '\n' < "$work/reference") <(tr ',' '\n' < "$work/$name") | head -5 >&2 || true
    failed=1
  fi
done
# Another seed must not be equal, or the comparison shows nothing.
outcome other_seed -- --jobs 1 --seed 7
if cmp -s "$work/reference" "$work/other_seed"; then
  echo "another seed gives the same run: the comparison is blind" >&2
  failed=1
fi
exit "$failed"

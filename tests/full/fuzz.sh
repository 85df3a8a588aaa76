#!/usr/bin/env bash
# fuzz.sh SOURCE BUILD: each fuzz target a bounded number of runs from its seeds, always the same.
set -euo pipefail

source=$1
build=$2
if ! command -v clang++-19 > /dev/null; then
  echo "fuzzing needs clang 19; as root: apt-get install clang-19 libclang-rt-19-dev" >&2
  exit 1
fi
seeds=$build/fuzz/seeds
rm -rf -- "$seeds"
mkdir -p -- "$seeds"/{wire,series,scenario}
cp -- "$source"/scenarios/*/*.yaml "$seeds/scenario"
ninja -C "$build/dev" wire_seeds > /dev/null
"$source/tests/fuzz/wire_seeds.sh" "$build/dev/tests/fuzz/wire_seeds" "$seeds/wire"
head -n 30 "$source/data/goog_daily.csv" > "$seeds/series/goog.csv"
cmake -S "$source" --preset fuzz > /dev/null
ninja -C "$build/fuzz" fuzzers
for target in wire series scenario; do
  echo "== $target"
  "$build/fuzz/fuzz/${target}_fuzz" -runs=100000 -max_total_time=120 -seed=1 -max_len=8192 \
    -artifact_prefix="$seeds/" "$seeds/$target"
done

#!/usr/bin/env bash
# unoptimised.sh SOURCE BUILD: what users run and the same sources at -O0 print the same bytes.
set -euo pipefail

source=$1
build=$2
cmake -S "$source" -B "$build/unoptimised" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_FLAGS_RELEASE=-O0 > /dev/null
ninja -C "$build/unoptimised" muster > "$build/unoptimised.log" 2>&1 \
  || { tail -n 20 "$build/unoptimised.log" >&2; exit 1; }
exec "$source/tests/determinism/determinism.sh" builds "$build/release/muster" \
  "$build/unoptimised/muster"

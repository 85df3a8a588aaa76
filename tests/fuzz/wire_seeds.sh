#!/usr/bin/env bash
# wire_seeds.sh WIRE_SEEDS [FOLDER]: seeds for the fuzzer of the wire format from the messages of
# three scenarios, in FOLDER; without one the seeds are only counted: Raft, links, tasks, routes,
# orders and prices must be among them, some larger than a cell.
set -euo pipefail

wire_seeds=$1
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${2:-}
if [[ -z $folder ]]; then
  folder=$(mktemp -d)
  trap 'rm -rf -- "$folder"' EXIT
fi
for scenario in 02-mesh-consensus 12-ring-pipeline 33-custom; do
  "$wire_seeds" "$here/scenarios/suite/$scenario.yaml" "$here/data" "$folder" > /dev/null
done
for type in 0100 0102 0200 0201 0203 0204 0210 0211 0230 0240 0241 0242 0301 0307; do
  if ! compgen -G "$folder/$type-*" > /dev/null; then
    echo "no message of type 0x$type among the seeds" >&2
    exit 1
  fi
done
if [[ -z $(find "$folder" -size +128c -print -quit) ]]; then
  echo "no message has a body outside its cell" >&2
  exit 1
fi

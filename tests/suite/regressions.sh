#!/usr/bin/env bash
# regressions.sh MUSTER: every scenario of scenarios/regression passes with the seeds that once
# failed; a comment "# seeds: ..." in its file names them.
set -euo pipefail

muster=$1
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
failed=0

for scenario in "$here"/scenarios/regression/*.yaml; do
  name=$(basename "$scenario" .yaml)
  seeds=$(sed -n 's/^# seeds: //p' "$scenario")
  if [[ -z $seeds ]]; then
    echo "$name: its file has no line \"# seeds: ...\"" >&2
    failed=1
  fi
  for seed in $seeds; do
    code=0
    output=$("$muster" run "$scenario" --seed "$seed" --report "" 2>&1) || code=$?
    if [[ $code -ne 0 ]]; then
      echo "regression $name@$seed: exit $code" >&2
      grep -E "what|FAILED|internal" <<< "$output" >&2 || true
      failed=1
    fi
  done
done
exit "$failed"

#!/usr/bin/env bash
# templates.sh MUSTER: what `muster new` lists, it writes, and what it writes passes as it stands.
set -euo pipefail

muster=$(realpath -- "$1")
data=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../data" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
ln -s -- "$data"/*.csv .
failed=0

mapfile -t patterns < <("$muster" new)
wanted="mesh hierarchical ring star custom auto-scaling multi-strategy blue-green canary"
if [[ "${patterns[*]}" != "$wanted" ]]; then
  echo "new lists '${patterns[*]}' instead of '$wanted'" >&2
  failed=1
fi
for pattern in "${patterns[@]}"; do
  "$muster" new "$pattern" > /dev/null
  if ! "$muster" run "$pattern.yaml" --report "" > out 2>&1 || ! grep -q '^pass: 1 cases' out; then
    echo "the template of $pattern does not pass:" >&2
    grep -E "what|muster:" out >&2 || true
    failed=1
  fi
done

# For machines: what was written and the command that runs it, and the list, in JSON.
"$muster" new star "a swarm.yaml" --json > wrote
"$muster" new --json > listed
if [[ ! -s "a swarm.yaml" || $(cat wrote) != '{"pattern":"star","wrote":"a swarm.yaml",'* ||
      $(cat wrote) != *'"next":"muster run '* || $(cat listed) != '{"patterns":["mesh",'* ]]; then
  echo "new --json says $(cat wrote) and $(cat listed)" >&2
  failed=1
fi

code=0
"$muster" new blue-gren > out 2>&1 || code=$?
if [[ $code -ne 2 ]] || ! grep -q "did you mean 'blue-green'" out; then
  echo "an unknown pattern: exit $code, and it said: $(cat out)" >&2
  failed=1
fi
code=0
"$muster" new mesh > out 2>&1 || code=$?
if [[ $code -ne 2 ]] || ! grep -q 'mesh.yaml exists' out; then
  echo "a file that is there: exit $code, and it said: $(cat out)" >&2
  failed=1
fi
exit "$failed"

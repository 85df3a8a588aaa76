#!/usr/bin/env bash
# results.sh MUSTER: what is stored can be listed, reported, compared and recommended from; a
# campaign goes on where it was; --watch runs again when a file changes; exports are well-formed.
set -euo pipefail

muster=$(realpath -- "$1")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
failed=0
# shellcheck source=tests/suite/expect.sh disable=SC1091  # looked at by itself
source "$here/tests/suite/expect.sh"

# is_json FILE: one JSON value, where there is something to check it with.
is_json() {
  if command -v python3 > /dev/null &&
    ! python3 -c "import json, sys; json.load(open(sys.argv[1]))" "$1"; then
    echo "$1 is no JSON" >&2
    failed=1
  fi
}

scenario() {
  cat << END
name: small
pattern: star
case: small
duration: 4s
topology: {kind: star, standbys: 2}
pools: [{name: spoke, size: 5, strategy: momentum}]
workload: {rate: 20/s, service: {cpu: 5ms, wait: $1}}
runs:
  near: {}
  far: {workload: {service: {cpu: 5ms, wait: $2}}}
END
}
scenario 20ms 60ms > small.yaml
quick=(--report "" --ci)

for command in compare report recommend campaign; do
  expect 0 "^ +--store( |\$)" "$command" --help
  expect 0 "^ +--json( |\$)" "$command" --help
done
expect 2 'no results database; run muster test' report
expect 2 'no results database' compare 1 2

# Stored, listed, reported.
expect 0 '^stored +suite 1 in .muster/results.db' run small.yaml "${quick[@]}" --seeds 20
expect 0 '^1 +2.*Z +small.yaml .* 20 +40 +pass' report --list
expect 0 '^tables +results.md' report 1 --html page.html --markdown results.md
grep -q '</html>' page.html
for part in 'muster run small.yaml --seed 1 --seeds 20' 'schedule hash' 'build' 'not measured'; do
  grep -qF "$part" results.md || { echo "results.md lacks $part" >&2; failed=1; }
done
expect 2 "no stored suite is '9'" report 9
expect 0 '^report +named.html' report 1 --report named.html
cmp page.html named.html || { echo "report --report is not report --html" >&2; failed=1; }

# The same again, other seeds, and with slower agents under the same name.
expect 0 '^stored +suite 2' run small.yaml "${quick[@]}" --seeds 20
expect 0 '^pass: no metric is worse; 0 are better' compare 1 2
expect 2 "there is no metric 'speed'" compare 1 2 --metric speed
mkdir slower
scenario 40ms 60ms > slower/small.yaml
expect 0 '^stored +suite 3' run slower/small.yaml "${quick[@]}" --seeds 20
expect 1 'latency_p50 .* worse' compare 1 3
expect 0 'latency_p50 .* better' compare 3 1
"$muster" compare 1 3 --json > compared.json || true
is_json compared.json
"$muster" report 1 --json > first.json
is_json first.json
for part in '{"suite":"small.yaml"' '"variants":[{' '"records":{"muster_results":1,'; do
  grep -qF "$part" first.json || { echo "report --json lacks $part" >&2; failed=1; }
done
expect 1 '^regression: ' compare first.json latest
expect 0 '^stored +suite 4' run small.yaml "${quick[@]}"
expect 3 '^inconclusive: too few runs' compare 1 4

# Recommended.
expect 3 '^observed, n = 20: a ranking needs 200' recommend 1 --scenario small
expect 3 '^muster run small.yaml --seed 21 --seeds 180$' recommend 1 --scenario small
expect 2 "there is no preset 'fastest'" recommend 1 --for fastest
expect 2 'no stored run compares' recommend 1
expect 3 '^observed, n = 1:' recommend 4 --scenario small
"$muster" recommend 1 --scenario small --json > recommended.json || true
is_json recommended.json

# A campaign goes on where it was.
expect 0 '^pass: 8 runs, 0 of them stored before, 0 failed' campaign small.yaml --seeds 4
expect 0 '^pass: 12 runs, 8 of them stored before, 0 failed' campaign small.yaml --seeds 6
"$muster" campaign small.yaml --seeds 6 --json > campaign.json
is_json campaign.json

# It says of variants and of objectives what run says of the same seeds.
compared=$here/scenarios/canaries/comparison.yaml
expect 1 'what .*requirement one: goodput' run "$compared" "${quick[@]}" --seeds 3
expect 1 '^fail: 6 runs, 0 of them stored before, 0 failed' campaign "$compared" --seeds 3
for line in '^  FAILED +one: goodput at least 150 %' '^  what +requirement one: goodput'; do
  grep -qE "$line" out || { echo "campaign does not say $line" >&2; failed=1; }
done
expect 1 '"verdict":"fail","reason":"requirement one: goodput' campaign "$compared" --seeds 3 --json
is_json out

# Exports.
expect 0 '^coverage [0-9]+ of [0-9]+ cells' run small.yaml "${quick[@]}" --coverage \
  --prometheus metrics.prom
is_json .muster/coverage.json
grep -q '</html>' .muster/coverage.html
grep -qE '^muster_latency_p50_seconds\{scenario="small",variant="near",seed="1",' metrics.prom
expect 0 '^wrote tasks.json: [0-9]+ spans' trace small.yaml:near@1 --otlp tasks.json
is_json tasks.json
grep -q '"traceId":"[0-9a-f]\{32\}"' tasks.json

# Watching: a line for each verdict; the second comes when the file has changed.
coproc watching { exec "$muster" run small.yaml "${quick[@]}" --watch 2>&1; }
# Both are gone from the shell's variables once the program has ended.
# shellcheck disable=SC2154  # the coproc sets it
watcher=$watching_PID
exec {said}<&"${watching[0]}"
runs=0
all=
while ((runs < 2)) && IFS= read -r -t 120 line <&"$said"; do
  all+=$line$'\n'
  if [[ $line == watching* ]]; then
    runs=$((runs + 1))
    if ((runs == 1)); then scenario 30ms 50ms > small.yaml; fi
  fi
done
kill -INT "$watcher" 2> /dev/null || true
code=0
wait "$watcher" || code=$?
if ((runs != 2 || code != 130)); then
  echo "--watch ran $runs times and ended with $code, expected 2 times and 130; it said:" >&2
  printf '%s' "$all" >&2
  failed=1
fi
exit "$failed"

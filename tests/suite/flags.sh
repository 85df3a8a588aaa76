#!/usr/bin/env bash
# flags.sh MUSTER: each flag of `muster test` and `muster run` does what its help says, and what is
# wrong on the command line is exit code 2 with a message that says what would be right.
set -euo pipefail

muster=$(realpath -- "$1")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
failed=0
# shellcheck source=tests/suite/expect.sh disable=SC1091  # looked at by itself
source "$here/tests/suite/expect.sh"

for flag in --world --seed --seeds --jobs --timeout --report --junit --store --ci --json; do
  expect 0 "^ +$flag( |\$)" test --help
  expect 0 "^ +$flag( |\$)" run --help
done
for flag in --pattern --case; do
  expect 0 "^ +$flag( |\$)" test --help
done

# Parts of names, in any case; what matches nothing is told with everything there is.
expect 0 '^pass: 1 cases, ' test --pattern STAR --case 'HUB FAIL' --report ""
# The row is of the variant that must lose nothing; the other one, which must, is named below it.
for line in '^  Hub failover recovery +pass +([0-9]+ +){3}0 +0 .* (9[0-9]|100)\.[0-9]$' \
    '^      also: alone lost [0-9]+ of [0-9]+$' 'the figures are of its first variant'; do
  grep -qE -- "$line" out || { echo "the table has no line '$line':" >&2; cat out >&2; failed=1; }
done
for filter in --pattern --case; do
  expect 2 'no case matches' test "$filter" nothing-has-this-name --report ""
  for name in 'Mesh Topology / Consensus trading' 'Star Topology / Hub failover recovery'; do
    if ! grep -qF "$name" out; then
      echo "$filter without a match does not list $name" >&2
      failed=1
    fi
  done
done

# A slip of the hand is answered with what was most likely meant.
expect 2 "'tset' is not known; did you mean 'test'" tset
expect 2 "'--sed' is not known; did you mean '--seed'" test --sed 3
expect 2 'did you mean "mesh-failover"' run mesh-failove
expect 2 'is not a whole number from 0 to 18446744073708551615' test --seed 18446744073709551615
cat > typo.yaml << 'END'
pattern: mesh
duration: 1s
pools: [{name: agent, size: 3, strategy: momentum}]
workload: {rate: 10/s}
market: {instruments: [{symbol: GOOG, series: gogle_daily.csv, bar: 1d, bar_lasts: 2s}]}
END
expect 2 'typo.yaml:[0-9]+:.*did you mean "goog_daily.csv"' run typo.yaml
expect 2 'did you mean "typo.yaml"' run tpyo.yaml

# A run that takes too long is stopped, and is no pass.
cat > endless.yaml << 'END'
pattern: mesh
duration: 1h
pools: [{name: agent, size: 8, strategy: momentum}]
workload: {rate: 100/s}
budget: {events: 10000000000}
END
for limit in 1 1s; do
  expect 3 'what +endless.yaml@1.*: took longer than one run may' \
    run endless.yaml --timeout "$limit" --report ""
done

# The files that it writes, and those it does not.
expect 0 '^report  here/report.html$' test --case 'hub failover' --report here/report.html \
  --junit here/junit.xml --seed 5 --seeds 2 --jobs 2 --world mock
grep -q 'name="seed" value="5"' here/junit.xml
grep -q '</html>' here/report.html
rm -rf .muster
expect 0 '"seed":5' test --case 'hub failover' --seed 5 --json --report "" --store ""
if [[ $(wc -l < out) -ne 1 || -e .muster ]]; then
  echo "--json prints more than its object, or an empty --report or --store wrote a file" >&2
  failed=1
fi

# A results database that is damaged stops nothing but the storing, and is left as it is.
echo 'not a database' > damaged.db
expect 4 '^pass: 1 cases' test --case 'hub failover' --report "" --store damaged.db
grep -q 'damaged.db: is damaged or no results database' out
echo 'not a database' | cmp -s - damaged.db || { echo "damaged.db was changed" >&2; failed=1; }

# On a terminal there is colour and progress, and with --ci or NO_COLOR neither.
on_a_terminal() { script -qec "$1" /dev/null < /dev/null > out; }
escape=$'\033'
on_a_terminal "'$muster' test --case 'hub failover' --report ''"
grep -q "$escape" out || { echo "no colour on a terminal" >&2; failed=1; }
for plain in "'$muster' test --ci --case 'hub failover' --report ''" \
    "NO_COLOR=1 '$muster' test --case 'hub failover' --report ''"; do
  on_a_terminal "$plain"
  if grep -q "$escape" out || ! grep -q '^pass: 1 cases' out; then
    echo "not plain: $plain" >&2
    failed=1
  fi
done

expect 2 'is not there yet' test --world local
expect 2 '--seeds' test --seeds 0
expect 2 "'99999999999999999999' is not a whole number" test --seed 99999999999999999999
expect 2 "'010' is not a whole number" test --seed 010
expect 2 '--jobs' test --jobs many
expect 2 '--timeout' test --timeout 0
expect 2 '--timeout' test --timeout soon
expect 2 '--unknown' test --unknown
expect 2 'subcommand is required' --
expect 2 'FILE is required' run
exit "$failed"

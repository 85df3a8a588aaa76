#!/usr/bin/env bash
# run_names.sh MUSTER: a run's name, as it is printed, replays just this run: of the suite, of a
# variant, of a file; and a run of another build is replayed with a warning.
set -euo pipefail

muster=$(realpath -- "$1")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
cat > mine.yaml << 'END'
pattern: star
duration: 3s
pools: [{name: agent, size: 3, strategy: momentum}]
workload: {deadline: 1s}
sweep: {key: workload.rate, values: [10/s, 20/s]}
checks: {requirements: [{metric: goodput, run: 20/s, at_least: 999/s}]}
END

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}
fingerprint_of() { sed -n 's/.*fingerprint \([0-9a-f]\{16\}\).*/\1/p' <<< "$1" | head -n 1; }

# The line that explains the failure is a command that works as it stands.
output=$("$muster" run mine.yaml --report "" || true)
name=$(sed -n 's/^  replay muster replay //p' <<< "$output")
[[ $name =~ ^mine\.yaml:20-s@1#[0-9a-f]{10}$ ]] || fail "the failed run is called '$name'"
expected=$(fingerprint_of "$(grep -A1 "^$name " <<< "$output")")
code=0
again=$("$muster" replay "$name" 2> warning) || code=$?
[[ $code -eq 1 ]] || fail "replay of a failed run: exit $code, expected 1"
[[ -n $expected && $(fingerprint_of "$again") == "$expected" ]] || fail "replayed another run"
[[ ! -s warning ]] || fail "replay of this build warns: $(cat warning)"

# Another build: a warning, the same exit code, and standard output stays clean.
code=0
other=$("$muster" replay "${name%#*}#0123456789" 2> warning) || code=$?
[[ $code -eq 1 && $other == "$again" ]] || fail "another build: exit $code, or another output"
grep -q "is of build 0123456789, and this program is build ${name#*#}:" warning ||
  fail "another build: $(cat warning)"

"$muster" replay star-failover:standby@3 > standby || true
grep -qE '^star-failover:standby@3#[0-9a-f]{10} ' standby || fail "a variant of the suite"

# must_refuse RUN PATTERN
must_refuse() {
  local code=0
  "$muster" replay "$1" > /dev/null 2> refusal || code=$?
  if [[ $code -ne 2 ]] || ! grep -q -- "$2" refusal; then fail "$1: exit $code: $(cat refusal)"; fi
}
must_refuse star-hub "is not a run"
must_refuse star-hub@ "is not a run"
must_refuse star-hub@1x "is not a run"
must_refuse star-hub:30-s@1 "has no variant '30-s'; it has: "
must_refuse nobody@1 "there is no scenario 'nobody'"

#!/usr/bin/env bash
# run_names.sh MUSTER: a run's name, as it is printed, replays just this run: of the suite, of a
# variant, of a file; and a run of another build, or of a file that has changed, is replayed with a
# warning.
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
program='[0-9a-f]{10}\.[0-9a-f]{8}'
[[ $name =~ ^mine\.yaml:20-s@1#$program$ ]] || fail "the failed run is called '$name'"
expected=$(fingerprint_of "$(grep -A1 "^$name " <<< "$output")")
code=0
again=$("$muster" replay "$name" 2> warning) || code=$?
[[ $code -eq 1 ]] || fail "replay of a failed run: exit $code, expected 1"
[[ -n $expected && $(fingerprint_of "$again") == "$expected" ]] || fail "replayed another run"
[[ ! -s warning ]] || fail "replay of this build warns: $(cat warning)"

build=${name#*#}
build=${build%.*}
# Another build: a warning, the same exit code, and standard output stays clean.
code=0
other=$("$muster" replay "${name%#*}#0123456789" 2> warning) || code=$?
[[ $code -eq 1 && $other == "$again" ]] || fail "another build: exit $code, or another output"
grep -q "is of build 0123456789, and this program is build $build:" warning ||
  fail "another build: $(cat warning)"

"$muster" replay star-failover:standby@3 > standby || true
grep -qE "^star-failover:standby@3#$program " standby || fail "a variant of the suite"

# Another scenario under the same name: the run, the exit code of its verdict, and a warning, which
# is in the JSON, too. A remark changes nothing, and older programs' names say nothing of it.
must_warn() {
  local code=0
  "$muster" "$@" > said 2> warning || code=$?
  [[ $code -eq $expected_code ]] || fail "$*: exit $code, expected $expected_code"
  grep -q "^muster: mine.yaml has changed since: this is another run" warning ||
    fail "$*: no warning that the file has changed: $(cat warning)"
}
cp mine.yaml kept.yaml
sed -i 's/^duration: 3s/duration: 4s/' mine.yaml
expected_code=1
must_warn replay "$name"
must_warn replay "$name" --json
grep -qF '"warnings":["mine.yaml has changed since: this is another run' said || fail "no JSON"
expected_code=0
must_warn trace "$name" --until 0
must_warn trace "$name" --until 0 --json
grep -qF '"warnings":["mine.yaml has changed since: this is another run' said || fail "no JSON"
code=0
"$muster" replay "${name%.*}" > said 2> warning || code=$?
[[ $code -eq 1 && ! -s warning ]] || fail "a name without an edition: exit $code, $(cat warning)"
{ echo "# a remark"; cat kept.yaml; } > mine.yaml
again=$("$muster" replay "$name" 2> warning) || true
[[ ! -s warning && $(fingerprint_of "$again") == "$expected" ]] || fail "a remark is a change"

# A variant that is compared with another one has its own verdict.
cat > pair.yaml << 'END'
pattern: star
duration: 3s
pools: [{name: agent, size: 3, strategy: momentum}]
workload: {rate: 20/s}
checks: {requirements: [{metric: goodput, run: b, at_least: 50%, of: goodput, of_run: a}]}
runs: {a: {}, b: {}}
END
for run in a b; do
  "$muster" replay "pair.yaml:$run@1" > said || fail "replay of a variant that passed: $?"
done

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

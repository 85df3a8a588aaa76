#!/usr/bin/env bash
# trace.sh MUSTER: `trace RUN` shows a window of a run, a line for each change, or as a Perfetto
# file; `replay RUN` and a traced run have the fingerprint of the run itself.
set -euo pipefail

muster=$(realpath -- "$1")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}
fingerprints() { grep -oE 'fingerprint [0-9a-f]{16}' | sort -u; }

"$muster" run star-failover --seed 3 --report "" > ran || true
"$muster" replay star-failover:standby@3 > replayed || true
"$muster" replay star-failover:standby@3 > again || true
cmp replayed again || fail "two replays differ"
fingerprints < replayed > replayed_fingerprint
grep -A1 '^star-failover:standby@3' ran | fingerprints | cmp - replayed_fingerprint ||
  fail "the replay has another fingerprint than the run"

# The hub dies and a standby takes over: who, what and when stand in one line each, in order.
"$muster" trace star-failover:standby@3 --from 5 --until 12 > window
[[ $(wc -l < window) -gt 100 ]] || fail "the window has $(wc -l < window) lines"
grep -qF "$(cut -d' ' -f2 replayed_fingerprint)" window || fail "watching changed the run"
grep -E '^ *[0-9]+\.[0-9]+ ' window | sed -E 's/^ *([^ ]*) .*/\1/' > moments
[[ -s moments ]] || fail "no line begins with a time: $(head -n 3 window)"
sort -c -g moments || fail "the lines are not in order of time"
awk '$1 < 5 || $1 > 12 {exit 1}' moments || fail "a line is outside the window"

"$muster" trace star-failover:standby@3 --from 5 --until 6 --perfetto window.json > said
grep -q '^wrote window.json' said || fail "$(cat said)"
if command -v python3 > /dev/null; then
  python3 - << 'END' || fail "window.json is no trace that Perfetto reads"
import json
events = json.load(open("window.json"))["traceEvents"]
timed = [event for event in events if event["ph"] in "Xi"]
assert timed and all(5e6 <= event["ts"] <= 6e6 for event in timed), timed[:3]
assert {event["ph"] for event in events} >= set("MXisf"), "names, steps, changes, messages"
END
fi

code=0
# Its clock is the scenario's: the nodes boot 3 s before the load.
"$muster" trace star-failover:standby@3 --until -2.9 > boot
grep -qE '^ +-3\.000000 s ' boot || fail "the boot is not there: $(head -n 3 boot)"

"$muster" trace star-failover@3 --from 6 --until 5 > /dev/null 2> refusal || code=$?
[[ $code -eq 2 ]] || fail "a window that ends before it begins: exit $code"

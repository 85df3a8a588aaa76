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

# The same window as one JSON object, with the same changes at the same times.
"$muster" trace star-failover:standby@3 --from 5 --until 12 --json > window_json
"$muster" trace star-failover:standby@3 --from 5 --until 6 --perfetto other.json --json > wrote
[[ $(wc -l < window_json) -eq 1 && $(wc -l < wrote) -eq 1 ]] || fail "more than one JSON object"
cmp window.json other.json || fail "--json changed the file"
if command -v python3 > /dev/null; then
  python3 - << 'END' || fail "trace --json is not what trace tells"
import json
trace = json.load(open("window_json"))
lines = [line.split() for line in open("window") if not line.startswith("#")]
assert trace["run"].startswith("star-failover:standby@3#"), trace["run"]
assert f"fingerprint {trace['fingerprint']}" in open("window").readline()
assert len(trace["records"]) == len(lines), (len(trace["records"]), len(lines))
for record, line in zip(trace["records"], lines):
    assert f"{record['at_s']:.6f}" == line[0] and record["node"] == line[2], (record, line)
    assert record["kind"] == line[3], (record, line)
fields = [record["fields"] for record in trace["records"] if record["kind"] == "task.assigned"]
assert fields and all(one["task"].isdigit() for one in fields), fields[:1]
wrote = json.load(open("wrote"))
assert wrote["wrote"] == "other.json" and wrote["fingerprint"] == trace["fingerprint"], wrote
END
fi
if command -v python3 > /dev/null; then
  python3 - << 'END' || fail "window.json is no trace that Perfetto reads"
import json
events = json.load(open("window.json"))["traceEvents"]
timed = [event for event in events if event["ph"] in "Xi"]
assert timed and all(5e6 <= event["ts"] <= 6e6 for event in timed), timed[:3]
assert {event["ph"] for event in events} >= set("MXisf"), "names, steps, changes, messages"
END
fi

# One of them would be left out without a word.
for also in "--perfetto both.json" "--from 5" "--until 6"; do
  code=0
  # shellcheck disable=SC2086  # a flag and its value
  "$muster" trace star-failover:standby@3 --otlp whole.json $also > said 2> refusal || code=$?
  if [[ $code -ne 2 || -e whole.json ]] || ! grep -q 'leave out --from and --until' refusal; then
    fail "--otlp with $also: exit $code: $(cat refusal)"
  fi
done

code=0
# Its clock is the scenario's: the nodes boot 3 s before the load.
"$muster" trace star-failover:standby@3 --until -2.9 > boot
grep -qE '^ +-3\.000000 s ' boot || fail "the boot is not there: $(head -n 3 boot)"

"$muster" trace star-failover@3 --from 6 --until 5 > /dev/null 2> refusal || code=$?
[[ $code -eq 2 ]] || fail "a window that ends before it begins: exit $code"

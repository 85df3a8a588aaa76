#!/usr/bin/env bash
# canaries.sh MUSTER: scenarios that must fail, each for exactly its reason, at least one for each
# named case of the suite (its line "# canary of: CASE"); and bad inputs that must be refused with
# exit code 2 and a message that names the place.
set -euo pipefail

muster=$1
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
failed=0

# must_fail CANARY PATTERN
must_fail() {
  local output code=0
  output=$("$muster" run "$here/scenarios/canaries/$1.yaml" --report "" 2>&1) || code=$?
  if [[ $code -ne 1 ]] || ! grep -qE "what +.*$2" <<< "$output"; then
    echo "canary $1: exit $code, expected 1 because of '$2'" >&2
    grep -E "what|internal" <<< "$output" >&2 || true
    failed=1
  fi
}

# must_explain CANARY WHEN WHO FAULT: the other four of the five lines, each a pattern.
must_explain() {
  local output line
  output=$("$muster" run "$here/scenarios/canaries/$1.yaml" --report "" 2>&1) || true
  for line in "when +$2" "who +$3" "fault +$4" "replay .*replay .*$1.yaml@1"; do
    if ! grep -qE "^ *$line" <<< "$output"; then
      echo "canary $1: no line '$line' in its explanation" >&2
      grep -E "what|when|who|fault|replay" <<< "$output" >&2 || true
      failed=1
    fi
  done
}

# must_refuse NAME PATTERN: the scenario is on standard input.
must_refuse() {
  local output code=0
  cat > "$work/$1.yaml"
  output=$("$muster" run "$work/$1.yaml" --report "" 2>&1) || code=$?
  if [[ $code -ne 2 ]] || ! grep -qE "$2" <<< "$output"; then
    echo "bad input $1: exit $code, expected 2 with '$2'; it said: $output" >&2
    failed=1
  fi
}

must_fail blue-green "requirement promoted"
must_fail blue-green-rollback "requirement rolled_back"
must_fail budget "event budget"
must_fail canary "requirement promoted"
must_fail controller-restart "requirement promoted"
must_fail canary-share "requirement rollout_first_share"
must_fail consensus-tried "requirement joint_undecided_by_isolated"
must_fail comparison "requirement one: goodput"
must_fail coordinator-upgrade "requirement coordinators_replaced"
must_fail hierarchical-balancing "requirement goodput at least 90 %"
must_fail hierarchical-leader "requirement leader_elections at least 1: 0"
must_fail hierarchical-scaling "requirement size_max"
must_fail hierarchical-strategies "requirement no_capability_failures"
must_fail idle-fault "did not act"
must_fail lost "requirement lost at most 0"
must_fail mesh-canary "requirement promoted"
must_fail mesh-failover "requirement lost at most 0"
must_fail mesh-share "requirement share_ratio_after"
must_fail overload "requirement late"
must_fail requirement "requirement latency_p50"
must_fail ring-breaker "requirement ring_stitches at least 1: 0"
must_fail ring-flow "requirement two_executors: goodput"
must_fail ring-pipeline "requirement ring_items_peak"
must_fail rollout-steps "requirement rollout_steps"
must_fail scale-down "requirement size_end"
must_fail scale-stabilisation "requirement shrink_delay"
must_fail scale-steady "requirement direction_changes"
must_fail scale-volatility "requirement shuffled: under_provision"
must_fail scale-volatility-lead "requirement volatility_lead_p50"
must_fail scaling-in-rollout "requirement promoted"
must_fail scale-up "requirement size_max"
must_fail custom "single point of failure"
must_fail custom-growth "requirement size_max"
must_fail tree "requirement share_min"
must_fail summary "requirement degradation"
must_fail spof "single point of failure"
must_fail star-knee "requirement utilisation_mean"
must_fail strategies-blue-green "requirement promoted"
must_fail rotation "requirement tasks_to_shift"
must_fail multi-strategy "requirement routing_accuracy"
must_fail region-loss "requirement lost at most 0"

# has_canary CASE: the suite has the case, a scenario says that it is the case's canary, and that
# one is run above.
has_canary() {
  local files file
  if ! grep -qxF -- "case: $1" "$here"/scenarios/suite/*.yaml; then
    echo "the suite has no case '$1'" >&2
    failed=1
  fi
  if ! files=$(grep -lxF -- "# canary of: $1" "$here"/scenarios/canaries/*.yaml); then
    echo "no canary says '# canary of: $1'" >&2
    failed=1
  fi
  while read -r file; do
    if ! grep -q "^must_fail $(basename -- "$file" .yaml) " "$here/tests/suite/canaries.sh"; then
      echo "nothing runs $file" >&2
      failed=1
    fi
  done < <(grep . <<< "$files")
}
has_canary "5 momentum traders with equal coordination"
has_canary "Consensus trading with 3 agents"
has_canary "Failover and redundancy"
has_canary "1 coordinator + 4 workers"
has_canary "Multi-strategy coordination"
has_canary "Load balancing across workers"
has_canary "Central hub with 6 specialized agents"
has_canary "Hub failover recovery"
has_canary "Pipeline processing with 4 agents"
has_canary "Data flow optimization"
has_canary "Circuit breaker on failure"
has_canary "Scale from 2 to 10 based on load"
has_canary "Scale down during low activity"
has_canary "VIX-based scaling"
has_canary "2 momentum + 2 pairs + 1 arbitrage"
has_canary "Strategy rotation based on performance"
has_canary "Deploy new swarm, gradual traffic shift"
has_canary "Rollback on error rate spike"
has_canary "Deploy 1 agent, monitor, full rollout"
has_canary "Cross-pattern comparison"

must_explain lost '(2\.9[0-9]{2}|3\.[0-9]{3}) s$' 'task [0-9]+ was offered and never answered$' \
  'crash at 2\.000 s$'

must_refuse unknown_key ':2:1: .*did you mean "topology"' <<< $'pattern: mesh\ntopolgy: {}'
must_refuse duplicate ':2:1: duplicate key' <<< $'pattern: mesh\npattern: star'
must_refuse wrong_type ':2:.*workload.rate' <<< $'pattern: mesh\nworkload: {rate: [1]}'
must_refuse not_a_number ':2:.*workload.rate' <<< $'pattern: mesh\nworkload: {rate: .nan}'
must_refuse negative ':2:.*duration' <<< $'pattern: mesh\nduration: -5s'
must_refuse no_agents 'no agent' <<< $'pattern: mesh\npools: [{name: a, size: 0}]'
must_refuse topology 'standbys' <<< $'pattern: star\ntopology: {standbys: 8}'
must_refuse quorum 'never reached' <<< \
  $'pattern: mesh\ndispatch: {policy: joint, joint: {members: 3, quorum: 4}}'
must_refuse two_regions 'split-brain rule is undefined' <<< \
  $'pattern: mesh\npools: [{name: a, size: 3}]\nregions:\n  places: [{name: x, members: [a-1]},
    {name: y, members: [rest]}]\n  round_trips: [{between: [x, y], time: 80ms}]'
must_refuse stranger 'no agent is named' <<< \
  $'pattern: mesh\nfaults: [{kind: crash, target: bob, at: 1s}]'
must_refuse after_the_end "after the run's end" <<< \
  $'pattern: mesh\nfaults: [{kind: crash, target: worker, at: 100s}]'
must_refuse scaled_ring 'scaling.* does not work over a ring' <<< \
  $'pattern: auto_scaling\ntopology:\n  kind: ring\n  stages:\n    - {pool: a, does: [collect]}
    - {pool: b, does: [analyse, approve]}\n    - {pool: c, does: [execute]}\npools:
  - {name: a, capabilities: [collect]}\n  - {name: b, capabilities: [analyse, approve]}
  - {name: c, capabilities: [execute]}\nscaling: {pool: b, min: 1, max: 3}'
must_refuse no_data 'there is no nope.csv' <<< \
  $'pattern: mesh\nmarket: {instruments: [{symbol: X, series: nope.csv}]}'
printf 'date,open,high,low,close\n2004-01-01,1,2,x,1\n' > "$work/bad.csv"
must_refuse bad_data 'bad.csv:2:' <<< \
  $'pattern: mesh\nmarket: {instruments: [{symbol: X, series: bad.csv}]}'
head -c 10000000 /dev/zero | tr '\0' 'a' > "$work/ten_megabytes"
must_refuse huge 'bytes that are read' < "$work/ten_megabytes"
aliases=$(printf '*a,%.0s' {1..100})
must_refuse bomb 'alias' <<< "name: &a x
pools: [${aliases}*a]"

code=0
"$muster" test --case nothing-has-this-name --report "" > "$work/none" 2>&1 || code=$?
if [[ $code -ne 2 ]] || ! grep -q "Consensus trading" "$work/none"; then
  echo "a filter that matches nothing: exit $code, expected 2 with the list" >&2
  failed=1
fi
exit "$failed"

#!/usr/bin/env bash
# agent_refusals.sh PROGRAM SCENARIO
#   What muster-agent refuses, with which exit code and with words that help: 2 for wrong input, 4
#   for an environment that it cannot run in.
set -euo pipefail

program=$1
scenario=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
key=$(printf '0a%.0s' {1..32})
failures=0

peers=$scratch/peers
{
  echo '# every node of the scenario'
  number=7000
  for name in leader momentum-{1..5} venue client; do
    echo "$name 127.0.0.1:$((number++))"
  done
} > "$peers"

# expect CODE PART_OF_MESSAGE argument...: later arguments replace earlier ones of the same name.
expect() {
  local code=$1 words=$2 got=0 output
  shift 2
  declare -A arguments=([--scenario]=$scenario [--run]=returns [--seed]=1 [--node]=venue
    [--directory]=$scratch/store [--address]=127.0.0.1:7000 [--peers]=$peers)
  while (($# > 0)); do
    arguments[$1]=$2
    shift 2
  done
  local -a line=()
  for name in "${!arguments[@]}"; do line+=("$name" "${arguments[$name]}"); done
  output=$(timeout 20 env -i ${key:+MUSTER_GROUP_KEY="$key"} "$program" "${line[@]}" 2>&1) || got=$?
  if ((got != code)) || [[ $output != *"$words"* ]]; then
    echo "expected exit code $code and '$words', got $got and: $output"
    failures=$((failures + 1))
  fi
  if [[ $output == *0a0a0a* ]]; then
    echo "the key is printed"
    failures=$((failures + 1))
  fi
}

expect 2 'no such file' --scenario "$scratch/none.yaml"
expect 2 'one of: returns, stays-dead' --run never
expect 2 '--node is one of: leader, momentum-1' --node nobody
expect 2 "'7000' is no address" --address 7000
expect 2 "'host:0' is no address" --address host:0
expect 2 "'host:70000' is no address" --address host:70000
expect 2 '--seed' --seed many
expect 2 'no such file' --peers "$scratch/none"
sed '/^leader /d' "$peers" > "$scratch/few"
expect 2 "no line for node 'leader'" --peers "$scratch/few"
{ cat "$peers"; echo 'leader 127.0.0.1:8000'; } > "$scratch/twice"
expect 2 "twice:10: 'leader' is listed twice" --peers "$scratch/twice"
{ cat "$peers"; echo 'stranger 127.0.0.1:8000'; } > "$scratch/strange"
expect 2 "strange:10: the scenario has no node 'stranger'" --peers "$scratch/strange"
expect 4 'cannot create' --directory /dev/null/store
mkdir "$scratch/damaged"
echo 'not a count of boots' > "$scratch/damaged/incarnation"
expect 4 'damaged' --directory "$scratch/damaged"
expect 4 '192.0.2.1' --address 192.0.2.1:7000
key=0a0a
expect 4 '64 hexadecimal digits'
key=
expect 4 'MUSTER_GROUP_KEY'
exit "$((failures > 0))"

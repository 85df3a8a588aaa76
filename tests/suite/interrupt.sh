#!/usr/bin/env bash
# interrupt.sh MUSTER: an interrupt ends `test`, `run` and `replay` within two seconds, with exit
# code 130 (143 for SIGTERM) and with partial results that are labelled as such.
set -euo pipefail

muster=$(realpath -- "$1")
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
failed=0

# One run of more virtual time than anybody waits for.
cat > endless.yaml << 'END'
pattern: mesh
duration: 1h
pools: [{name: agent, size: 8, strategy: momentum}]
workload: {rate: 100/s}
budget: {events: 10000000000}
END

# interrupted SIGNAL EXIT ARGUMENT...: output in $work/out. The program is interrupted when it has
# caught the signal's number, which the kernel shows, and has worked for cpu_s seconds; tail ends
# when the program does.
cpu_s=0
interrupted() {
  local signal=$1 expected=$2 program code=0 mask
  shift 2
  "$muster" "$@" > out 2> err &
  program=$!
  mask=0
  while ((!(mask & 0x4002))); do
    if ! kill -0 "$program" 2> /dev/null; then
      echo "$*: ended before it was interrupted" >&2
      exit 1
    fi
    # Before it is the program it is a copy of this shell, which catches signals too.
    if [[ /proc/$program/exe -ef $muster ]]; then
      mask=$((0x$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$program/status")))
    fi
  done
  # Fields 14 and 15 of its line: the CPU it has used, in hundredths of a second.
  while read -ra used < "/proc/$program/stat" && ((used[13] + used[14] < cpu_s * 100)); do
    sleep 0.05
  done
  kill -s "$signal" "$program"
  if ! timeout 2 tail --pid="$program" --sleep-interval=0.05 -f /dev/null; then
    echo "$*: still there two seconds after the interrupt" >&2
    kill -KILL "$program"
    failed=1
  fi
  wait "$program" || code=$?
  if [[ $code -ne $expected ]]; then
    echo "$*: exit $code, expected $expected" >&2
    cat err >&2
    failed=1
  fi
}
# says PATTERN: what the program printed.
says() {
  if ! grep -qE -- "$1" out; then
    echo "nothing says $1:" >&2
    head -n 20 out >&2
    failed=1
  fi
}

interrupted INT 130 test --seeds 100000 --jobs 1 --report ""
says '^INTERRUPTED, partial: (pass|fail|inconclusive): '
interrupted INT 130 test --seeds 100000 --jobs 1 --report "" --json
says '"interrupted":true'
interrupted TERM 143 run endless.yaml --report ""
says '^INTERRUPTED, partial: inconclusive: '
interrupted INT 130 run endless.yaml --report "" --json
says '"interrupted":true'
interrupted INT 130 replay endless.yaml@1
says '^INTERRUPTED, partial:$'
interrupted INT 130 replay endless.yaml@1 --json
says '"interrupted":true'

# Many agents and a high rate: there is much to judge and to let go of.
sed 's/size: 8/size: 300/; s/rate: 100/rate: 3000/; s/mesh/star/; s/1h/5min/' \
  endless.yaml > large.yaml
cpu_s=2
interrupted INT 130 run large.yaml --report "" --store ""
says '^INTERRUPTED, partial: '

# Some cases are over, and every kind of file has to be written.
cpu_s=6
interrupted INT 130 test --coverage --junit junit.xml --prometheus metrics.txt
says '^INTERRUPTED, partial: '
for file in junit.xml metrics.txt .muster/coverage.json .muster/report.html .muster/results.db; do
  if [[ ! -s $file ]]; then
    echo "an interrupt left no $file" >&2
    failed=1
  fi
done
exit "$failed"

# Sourced by the scripts beside it, which have `muster` and `failed`.
# shellcheck shell=bash disable=SC2034,SC2154

# expect CODE PATTERN ARGUMENT...: exit code, and a line of all output, which is left in `out`.
expect() {
  local expected=$1 pattern=$2 code=0
  shift 2
  "$muster" "$@" > out 2>&1 || code=$?
  if [[ $code -ne $expected ]] || ! grep -qE -- "$pattern" out; then
    echo "muster $*: exit $code, expected $expected with '$pattern'; it said:" >&2
    head -n 15 out >&2
    failed=1
  fi
}

#!/usr/bin/env bash
# tidy.sh tree|status|ran SOURCE_DIR BUILD_DIR
#   tree    checks every tracked file against the rules of STYLE.md
#   status  checks docs/status.md against the tests that ctest knows
#   ran     checks it against the tests that ran in the last `./run check`
set -euo pipefail

what=$1 source=$2 build=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The tracked files; in an unpacked archive, every file that is not a product of the build.
if ! git -C "$source" -c safe.directory='*' -c core.quotePath=off ls-files \
    > "$scratch/files" 2> /dev/null; then
  (cd "$source" && find . \( -name build -o -name .git -o -name .muster -o -name node_modules \) \
    -prune -o -type f -printf '%P\n') > "$scratch/files"
fi
# A file that was removed but not yet committed is gone.
while IFS= read -r path; do
  if [[ -f $source/$path ]]; then printf '%s\n' "$path"; fi
done < "$scratch/files" > "$scratch/present"

case $what in
  tree)
    "$build/tests/tidy/tidy" "$source" "$scratch/present" "$build/modules.txt"
    ;;
  status | ran)
    if [[ $what == ran ]]; then
      sed -nE 's/.*<testcase name="([^"]*)".* status="(run|fail)".*/\1/p' "$build/tests.xml"
    else
      ctest --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p'
    fi > "$scratch/tests"
    "$build/tests/tidy/tidy" "$source" "$scratch/present" "$build/modules.txt" "$scratch/tests"
    ;;
  *)
    echo "usage: tidy.sh tree|status|ran SOURCE_DIR BUILD_DIR" >&2
    exit 2
    ;;
esac

#!/usr/bin/env bash
# page_test.sh REPORT_SAMPLE FOLDER: writes a sample report below FOLDER and opens it in Chromium.
#
# What is missing fails the test, unless MUSTER_ALLOW_SKIP=1 allows to skip it (exit 77).
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
sample=$1
folder=$2

missing() {
  printf 'The report was not opened in a browser: %s\n' "$*" >&2
  if [[ ${MUSTER_ALLOW_SKIP:-} == 1 ]]; then exit 77; fi
  printf 'As root: apt-get install chromium nodejs npm   (npm only if there is none already)\n' >&2
  printf 'Or allow to skip this test: MUSTER_ALLOW_SKIP=1\n' >&2
  exit 1
}

for tool in chromium node npm; do
  command -v -- "$tool" > /dev/null || missing "$tool is not installed"
done

page=$folder/page
rm -rf -- "$page"
mkdir -p -- "$page/home"
"$sample" "$page"

# The lock pins what is installed by its hash; it is installed once and again when the lock changes.
modules=$folder/modules
if ! cmp -s -- "$here/package-lock.json" "$modules/package-lock.json" \
    || [[ ! -d $modules/node_modules/playwright-core ]]; then
  rm -rf -- "$modules"
  mkdir -p -- "$modules"
  cp -- "$here/package.json" "$here/package-lock.json" "$modules"
  npm --prefix "$modules" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 \
    || {
      rm -rf -- "$modules"
      missing "npm could not fetch playwright-core: it needs a network, or npm_config_registry"
    }
fi
cp -- "$here/page_test.mjs" "$modules"
exec node "$modules/page_test.mjs" "$page"

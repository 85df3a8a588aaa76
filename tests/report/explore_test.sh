#!/usr/bin/env bash
# explore_test.sh REPORT_SAMPLE MUSTER FOLDER: stores runs below FOLDER, real ones and some with
# names that want to break out of the page, and looks at them with `muster explore` in Chromium.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
sample=$1
muster=$2
folder=$3
# shellcheck source=tests/report/browser.sh disable=SC1091  # looked at by itself
source "$here/browser.sh"

need_browser
page=$folder/explore
rm -rf -- "$page"
mkdir -p -- "$page/home"
"$sample" "$page"

# A case of the suite with a run that fails over and one that cannot, a ring with its breakers, a
# rollout, and a file of ours that fails and has a hostile name.
cat > "$page/hostile.yaml" << 'YAML'
name: hostile
pattern: star
case: "<script>document.title='broken'</script><img src=x onerror=alert(1)>"
description: "</main><h1 onclick=alert(1)>“quoted” & \u202Ebidi"
duration: 8s
topology: {kind: star, standbys: 2}
pools: [{name: spoke, size: 4, strategy: momentum}]
workload: {rate: 30/s, service: {cpu: 5ms, wait: 20ms}}
faults: [{kind: crash, target: hub, at: 3s, for: 2s}]
checks: {requirements: [{metric: reliability, at_least: 99.999%}]}
YAML
run() {
  local code=0
  "$muster" run "$@" --store "$page/results.db" --report "" --ci > "$page/run.txt" || code=$?
  # A run that fails is what some are for.
  if ((code > 1)); then cat -- "$page/run.txt" >&2; exit 1; fi
}
run star-failover
run star-failover --seed 2
run "$page/hostile.yaml"
for scenario in ${MUSTER_EXPLORE_MORE:-}; do run "$scenario"; done
"$muster" report latest --store "$page/results.db" --json > "$page/latest.json"

install_modules "$here" "$folder/modules"
cp -- "$here/explore_test.mjs" "$folder/modules"
exec node "$folder/modules/explore_test.mjs" "$muster" "$page"

#!/usr/bin/env bash
# page_test.sh REPORT_SAMPLE FOLDER: writes a sample report below FOLDER and opens it in Chromium.
set -euo pipefail

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
sample=$1
folder=$2
# shellcheck source=tests/report/browser.sh disable=SC1091  # looked at by itself
source "$here/browser.sh"

need_browser
page=$folder/page
rm -rf -- "$page"
mkdir -p -- "$page/home"
"$sample" "$page"

install_modules "$here" "$folder/modules"
cp -- "$here/page_test.mjs" "$folder/modules"
exec node "$folder/modules/page_test.mjs" "$page"

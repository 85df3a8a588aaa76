# shellcheck shell=bash
# Sourced by the tests that open pages in Debian's Chromium, driven by npm's playwright-core.
#
# What is missing fails the test, unless MUSTER_ALLOW_SKIP=1 allows to skip it (exit 77).

missing() {
  printf 'The page was not opened in a browser: %s\n' "$*" >&2
  if [[ ${MUSTER_ALLOW_SKIP:-} == 1 ]]; then exit 77; fi
  printf 'As root: apt-get install chromium nodejs npm   (npm only if there is none already)\n' >&2
  printf 'Or allow to skip this test: MUSTER_ALLOW_SKIP=1\n' >&2
  exit 1
}

need_browser() {
  for tool in chromium node npm; do
    command -v -- "$tool" > /dev/null || missing "$tool is not installed"
  done
}

# install_modules SOURCE MODULES: what SOURCE/package-lock.json pins by hash, installed once and
# again when the lock changes. Tests that run at the same time wait for each other.
install_modules() {
  local source=$1 modules=$2
  mkdir -p -- "$modules"
  exec 9> "$modules.lock"
  flock 9
  if ! cmp -s -- "$source/package-lock.json" "$modules/package-lock.json" \
      || [[ ! -d $modules/node_modules/playwright-core ]]; then
    rm -rf -- "$modules"
    mkdir -p -- "$modules"
    cp -- "$source/package.json" "$source/package-lock.json" "$modules"
    npm --prefix "$modules" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 \
      || {
        rm -rf -- "$modules"
        missing "npm could not fetch playwright-core: it needs a network, or npm_config_registry"
      }
  fi
  exec 9>&-
}

#!/usr/bin/env bash
# run_test.sh SOURCE_DIR
#   Tries ./run on machines that do not exist: a copy of it in a folder with a space in its name,
#   and a PATH of recorded fakes. Nothing is installed or built.
# shellcheck disable=SC2016  # the fakes' bodies expand when they run
set -euo pipefail

source=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# fake NAME [BODY]: a program that records its call and then does BODY.
fake() {
  printf '#!/bin/bash\necho "%s $*" >> "%s"\n%s\n' "$1" "$scratch/calls" "${2:-}" \
    > "$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

# A machine: Debian, root, every package installed, and a build that works.
new_machine() {
  local tool
  rm -rf "$scratch/a project" "${scratch:?}/bin"
  project="$scratch/a project"
  mkdir -p "$project/packaging" "$project/src/core" "$project/cmake" "$scratch/bin"
  cp "$source/run" "$project/run"
  cp "$source/packaging/packages.txt" "$project/packaging/"
  touch "$project/CMakeLists.txt" "$project/CMakePresets.json"
  for tool in awk bash cat chmod date dirname env find flock grep head mkdir mv nproc readlink rm \
      sed tail touch; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
  done
  : > "$scratch/calls"
  fake id 'echo 0'
  fake dpkg-query 'echo installed'
  fake apt-get
  fake apt-cache 'printf "Size: 2000000\nInstalled-Size: 5000\n"'
  fake g++ '[[ $1 == -dumpversion ]] && echo 12 || echo g++'
  fake cmake 'mkdir -p "build/$2"; touch "build/$2/build.ninja"
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" > "build/$2/CMakeCache.txt"'
  fake ctest 'echo "100% tests passed, 0 tests failed out of 3"'
  mkdir -p "$project/tests/"{tidy,determinism,full}
  ln -s /bin/true "$project/tests/tidy/tidy.sh"
  fake git '[[ $* != *rev-parse* ]] || echo 0123abcd'
  ln -s /bin/true "$project/tests/full/slow.sh"
  fake determinism.sh
  ln -s "$scratch/bin/determinism.sh" "$project/tests/determinism/determinism.sh"
  fake ninja 'printf "#!/bin/bash\nprintf \"[%%s]\" muster \"\$@\"\n" > "$2/muster"
    chmod +x "$2/muster"'
}

# expect CODE PATTERN ARGUMENT...: runs ./run elsewhere and compares exit code and all output.
expect() {
  local code=$1 pattern=$2 status=0 output
  shift 2
  output=$(cd "$scratch" && env -i PATH="$scratch/bin" HOME="$scratch" "$project/run" "$@" 2>&1 \
    < /dev/null) || status=$?
  if [[ $status != "$code" ]] || ! grep -qE -- "$pattern" <<< "$output"; then
    echo "line ${BASH_LINENO[0]}: wanted exit $code and \"$pattern\", got exit $status and:"
    echo "$output"
    failures=$((failures + 1))
  fi
}
# called PATTERN, uncalled PATTERN: what the fakes recorded.
called() {
  if ! grep -qE -- "$1" "$scratch/calls"; then
    echo "line ${BASH_LINENO[0]}: nothing called $1"
    failures=$((failures + 1))
  fi
}
uncalled() {
  if grep -E -- "$1" "$scratch/calls"; then
    echo "line ${BASH_LINENO[0]}: it must not call $1"
    failures=$((failures + 1))
  fi
}

plan='if [[ $* == *" -s "* || $1 == -s ]]; then
  echo "Inst ninja-build (1.11.1-2 Debian:12 [amd64])"; fi'

new_machine
expect 0 '^\[muster\]\[test\]$'
called '^cmake --preset release'
called '^ninja -C .*a project/build/release -j [0-9]+ muster$'
uncalled '^apt-get'
expect 0 '^\[muster\]\[run\]\[a b\.yaml\]\[--seed\]\[\*\]$' run 'a b.yaml' --seed '*'

# A second run with nothing changed builds nothing; a changed source builds.
: > "$scratch/calls"
expect 0 '^\[muster\]\[test\]$'
uncalled '^(cmake|ninja)'
touch -d '+1 minute' "$project/src/core/new.cc"
expect 0 '^\[muster\]\[test\]$'
called '^ninja'

# A checkout that moved is configured again.
mv "$project" "$scratch/another project"
project="$scratch/another project"
: > "$scratch/calls"
expect 0 '^\[muster\]\[test\]$'
called '^cmake --preset'

new_machine
fake dpkg-query '[[ $* == *ninja-build* ]] || echo installed'
fake apt-get "$plan"
expect 0 'ninja-build$'
expect 0 '\(1 in all\): 2 MB to download, 5 MB on disk; removing nothing'
called '^apt-get .*install -y --no-remove --no-install-recommends -- ninja-build$'

# The plan fails until the lists are fetched.
new_machine
fake dpkg-query '[[ $* == *ninja-build* ]] || echo installed'
fake apt-get 'if [[ $* == *update* ]]; then touch "$HOME/fetched"; fi
  [[ -f $HOME/fetched ]] || exit 100
  '"$plan"
expect 0 'lists on this machine are missing or old'
called '^apt-get .*update'

# Neither root nor sudo; sudo that would ask for a password where nobody can type it.
new_machine
fake dpkg-query '[[ $* == *ninja-build* ]] || echo installed'
fake id 'echo 1000'
expect 4 'As root: apt-get install --no-install-recommends ninja-build'
fake sudo 'exit 1'
expect 4 'only root can install them: ninja-build'
uncalled '^(apt-get|ninja)'

# With sudo, only apt-get goes through it.
new_machine
fake dpkg-query '[[ $* == *ninja-build* ]] || echo installed'
fake apt-get "$plan"
fake id 'echo 1000'
fake sudo '[[ $1 == -n ]] || exec "$@"'
expect 0 '\[muster\]\[test\]$'
called '^sudo env DEBIAN_FRONTEND=noninteractive apt-get'
uncalled '^sudo .*(cmake|ninja -C)'

# No network.
new_machine
fake dpkg-query '[[ $* == *ninja-build* ]] || echo installed'
fake apt-get "[[ \$* == *-y* ]] && exit 100
  $plan"
expect 4 'could not install ninja-build'

# No apt: what is there is used, and what is missing is named.
new_machine
rm "$scratch/bin/apt-get" "$scratch/bin/dpkg-query"
expect 0 '\[muster\]\[test\]$'
rm "$scratch/bin/ninja"
expect 4 'no apt here, and ninja is missing'

# An old compiler; a build that fails shows why.
new_machine
fake g++ '[[ $1 == -dumpversion ]] && echo 10 || echo g++'
expect 4 'is version 10'
new_machine
fake ninja 'echo "error: no such thing"; exit 1'
expect 4 'error: no such thing'
expect 4 'the release build failed'

# The checks: all of them, and a failure of one hides no other.
new_machine
expect 0 'all passed$' check
expect 0 '^100% tests passed' check
called '^ninja -C .*build/dev .* all$'
called '^ninja -C .*build/dev .* all_verify_interface_header_sets$'
called '^ctest --test-dir .*build/dev .*--output-on-failure'
called '^determinism.sh builds .*build/dev/muster .*build/release/muster$'
uncalled '^cmake --preset asan'
expect 0 'all passed$' check --full
called '^ctest --test-dir .*build/asan'
evidence=("$project"/docs/evidence/*-check-full.json)
for fact in '"command": "./run check --full", "commit": "0123abcd"' \
    '"step": "tests", "result": "pass"' '"step": "slow", "result": "pass"'; do
  if ! grep -qF -- "$fact" "${evidence[0]}"; then
    echo "the evidence does not say $fact:"
    cat "${evidence[0]}"
    failures=$((failures + 1))
  fi
done
fake ctest 'echo "66% tests passed, 1 tests failed out of 3"; exit 8'
ln -s /bin/false "$project/tests/full/campaign.sh"
expect 1 '^66% tests passed' check
expect 1 'failed: tests$' check
fake determinism.sh 'exit 1'
expect 1 'failed: tests build types agree$' check
fake determinism.sh
expect 1 'failed: tests sanitizers campaign$' check --full
if ! grep -q '"step": "campaign", "result": "fail"' "${evidence[0]}"; then
  echo "the evidence hides a failure"
  failures=$((failures + 1))
fi

# A package that another source of the same command conflicts with is not asked for.
new_machine
fake dpkg-query '[[ $* == *npm* ]] || echo installed'
fake apt-get "${plan/ninja-build/npm}"
fake npm
expect 0 'all passed$' check
uncalled '^apt-get'
rm "$scratch/bin/npm"
expect 0 'not installed: npm$' check
called '^apt-get .*install -y .* -- npm$'

# The benchmarks.
new_machine
fake ninja 'mkdir -p "$2/bench"; printf "#!/bin/bash\necho measured \$*\n" > "$2/bench/a_bench"
  chmod +x "$2/bench/a_bench"'
expect 0 '^measured --benchmark_filter=x$' bench --benchmark_filter=x
called '^cmake --preset bench'
called '^ninja -C .*build/bench .* benchmarks$'

# Usage.
expect 2 'check knows --full' check --fast
expect 0 'install what is missing' --help

echo "$failures failures"
((failures == 0))

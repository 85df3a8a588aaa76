#!/usr/bin/env bash
# same_objects.sh [--altered] PROGRAM PROGRAM
#   Shows that two programs contain the same machine code of the modules that run in every world:
#   functions of one name must be equal, instruction by instruction, up to the addresses that the
#   linker fills in. Each module below must have functions in both programs.
#   With --altered the check is turned round: one byte of the swarm's code is changed in a copy of
#   the second program, and the copy must be refused for just that function.
set -euo pipefail
export LC_ALL=C

modules='agent load market strategy swarm venue world'
least_per_module=5

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Lines "symbol start size" of the functions that the modules define themselves: strong and local
# symbols, not what the compiler makes of templates in whatever object needs them first.
functions_of() {
  nm --defined-only --print-size "$1" | awk -v modules="$modules" '
    BEGIN {
      count = split(modules, names, " ")
      for (i = 1; i <= count; ++i) heads = heads (i > 1 ? "|" : "") length(names[i]) names[i]
    }
    ($3 == "T" || $3 == "t") && $4 ~ ("^_ZZ?NK?(" heads ")") { print $4, $1, $2 }'
}

# Lines "symbol<tab>instructions", sorted. A call or jump is named by where it goes, data by the
# register it is reached with; padding depends on where a function lies and is left out.
code_of() {
  functions_of "$1" | cut -d' ' -f1 > "$scratch/wanted"
  objdump --disassemble --no-show-raw-insn --section=.text "$1" \
    | awk -v wanted_file="$scratch/wanted" '
      function finish() {
        if (name in wanted) print name "\t" text
        text = ""
      }
      BEGIN { while ((getline line < wanted_file) > 0) wanted[line] = 1 }
      /^[0-9a-f]+ <.*>:$/ {
        finish()
        name = substr($2, 2, length($2) - 3)
        next
      }
      (name in wanted) && /^ *[0-9a-f]+:\t/ {
        sub(/^ *[0-9a-f]+:\t/, "")
        sub(/ *# [0-9a-f]+ <.*$/, "")
        gsub(/-?0x[0-9a-f]+\(%rip\)/, "data(%rip)")
        if (match($0, / +[0-9a-f]+ <[^>]*>/))
          $0 = substr($0, 1, RSTART - 1) " " substr($0, index($0, "<"))
        sub(/@plt>/, ">")
        if ($0 !~ /^((data16|cs|addr32) )*nop|^xchg +%ax,%ax/) text = text $0 ";"
      }
      END { finish() }' | sort
}

# Names of functions that both lists have with different code.
different() {
  comm -3 "$1" "$2" | sed 's/^\t//' | cut -f1 | sort -u > "$scratch/changed"
  cut -f1 "$1" | sort -u > "$scratch/names_1"
  cut -f1 "$2" | sort -u > "$scratch/names_2"
  comm -12 "$scratch/names_1" "$scratch/names_2" > "$scratch/common"
  comm -12 "$scratch/changed" "$scratch/common"
}

# Copies program $1 to $2 with the last byte of its longest swarm function changed; prints its name.
alter() {
  local name start size address offset place byte
  read -r name start size < <(functions_of "$1" | grep 5swarm | sort -k3,3r -k1,1 | sed -n 1p)
  read -r address offset < <(readelf --section-headers --wide "$1" \
    | sed -n 's/^.* \.text *PROGBITS *\([0-9a-f]*\) \([0-9a-f]*\) .*$/\1 \2/p')
  place=$((16#$start + 16#$size - 1 - 16#$address + 16#$offset))
  cp "$1" "$2"
  byte=$(od -An -tu1 -j "$place" -N 1 "$1")
  # shellcheck disable=SC2059
  printf "\\$(printf '%03o' $((byte ^ 0x10)))" \
    | dd of="$2" bs=1 seek="$place" conv=notrunc status=none
  echo "$name"
}

if [[ ${1:-} == --altered ]]; then
  altered=$(alter "$3" "$scratch/altered")
  code_of "$2" > "$scratch/first"
  code_of "$scratch/altered" > "$scratch/second"
  found=$(different "$scratch/first" "$scratch/second")
  if [[ $found != "$altered" ]]; then
    echo "changed was $altered, found was: ${found:-nothing}"
    exit 1
  fi
  exit 0
fi

code_of "$1" > "$scratch/first"
code_of "$2" > "$scratch/second"
status=0
found=$(different "$scratch/first" "$scratch/second" | c++filt)
if [[ -n $found ]]; then
  echo "${1##*/} and ${2##*/} differ in:"
  printf '  %s\n' "${found//$'\n'/$'\n  '}"
  status=1
fi
for module in $modules; do
  count=$(grep -cE "^_ZZ?NK?${#module}$module" "$scratch/common" || true)
  echo "$count functions of $module are in both programs"
  if ((count < least_per_module)); then
    echo "at least $least_per_module were expected"
    status=1
  fi
done
exit "$status"

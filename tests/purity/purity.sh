#!/usr/bin/env bash
# purity.sh [--every-kind] LIBRARY...
#   Reads what the objects of the deterministic set reach for and where they keep state, and refuses
#   clocks, entropy, threads, sockets, files, the environment, libm, function-local statics and
#   mutable statics. The tidy test reads the source; this reads what was compiled, headers and all.
#   With --every-kind the check is turned round: the library must be refused for every kind below.
set -euo pipefail
export LC_ALL=C

# kind|extended regular expression over a whole demangled undefined symbol
kinds='
clock|std::chrono::.*_clock::now\(\)|clock_gettime|gettimeofday|time|clock
clock|localtime(_r)?|gmtime(_r)?|mktime|strftime
entropy|std::random_device::.*|s?rand|s?random|drand48|getrandom|getentropy|arc4random.*
thread|pthread_.*|std::j?thread::.*|std::condition_variable.*|sem_.*|sched_yield
thread|fork|vfork|clone
sleep|nanosleep|usleep|sleep|clock_nanosleep|poll|select|epoll_.*
socket|socket(pair)?|connect|accept4?|bind|listen|getaddrinfo
socket|send(to|msg)?|recv(from|msg)?
file|open(at)?(64)?|fopen(64)?|creat|read|write|mmap(64)?
file|std::basic_[io]?f(ile)?(stream|buf).*|std::filesystem::.*
stdio|f?printf|vf?printf|__f?printf_chk|f?puts|putchar|fputc|fwrite|fflush
stdio|stdout|stderr|stdin|std::c(out|err|log|in)
environment|(secure_)?getenv|environ|setenv|std::locale::.*|setlocale|localeconv
shell|system|popen|exec[lv].*|posix_spawnp?
libm|(exp(2|m1)?|log(2|10|1p)?|pow|a?sinh?|a?cosh?|a?tanh?|atan2|sincos)[fl]?
libm|(cbrt|hypot|erfc?|[lt]gamma(_r)?|fma|fmod|remainder|[jy][01n])[fl]?
local-static|__cxa_guard_.*
mutable-static|mutable static .*
'
kind_names=$(cut -d'|' -f1 <<< "$kinds" | grep . | sort -u)

# library: symbols it may use, each with its reason
#   muster_core: check_failed prints why the program ends and lets go; its handler and the salt of
#   hash tables are set once by a composition root.
allowed_core='fprintf|__fprintf_chk|stderr|fflush'
allowed_core+='|mutable static core::\(anonymous namespace\)::(handler_|salt_)'

undefined_symbols() {
  nm -C --undefined-only "$1" | sed -n 's/^ *[Uw] //p'
}

# Objects in writable sections; .data.rel.ro is read-only once the program is loaded. DW.ref and
# vtables are the compiler's.
mutable_statics() {
  objdump -t -C "$1" | awk '
    / O / && match($0, / O \.(data|bss|tdata|tbss)[^ \t]*/) {
      section = substr($0, RSTART + 3, RLENGTH - 3)
      if (section ~ /^\.data\.rel\.ro/ || section ~ /^\.data\.(DW|rel\.local\.DW)/) next
      name = $0
      sub(/^[^\t]*\t[0-9a-f]+ +(\.hidden )?/, "", name)
      if (name !~ /^DW\.ref/) print "mutable static " name
    }'
}

# Lines "kind: symbol" for what the library must not use.
refusals() {
  local library=$1 allowed='(?!)' symbols kind pattern
  if [[ ${library##*/} == libmuster_core.a ]]; then allowed=$allowed_core; fi
  symbols=$({ undefined_symbols "$library"; mutable_statics "$library"; } | sort -u \
    | { if [[ $allowed == '(?!)' ]]; then cat; else grep -Evx "$allowed" || true; fi; })
  while IFS='|' read -r kind pattern; do
    if [[ -n $kind ]]; then
      grep -Ex "($pattern)(@.*)?" <<< "$symbols" | sed "s/^/$kind: /" || true
    fi
  done <<< "$kinds"
}

if [[ ${1:-} == --every-kind ]]; then
  found=$(refusals "$2")
  missed=0
  for kind in $kind_names; do
    if ! grep -q "^$kind: " <<< "$found"; then
      echo "an impurity of kind $kind in $2 was not found"
      missed=1
    fi
  done
  exit "$missed"
fi

status=0
for library in "$@"; do
  found=$(refusals "$library")
  if [[ -n $found ]]; then
    echo "${library##*/} is not pure:"
    printf '  %s\n' "${found//$'\n'/$'\n  '}"
    status=1
  fi
done
echo "$# libraries read"
exit "$status"

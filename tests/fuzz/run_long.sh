#!/bin/bash
# run_long.sh [SECONDS [TARGET...]]: builds the fuzz targets and runs each for SECONDS (default 3600), one process for
# each core; says how often each was run and what was found. What it finds makes later runs start further on.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-3600}
shift || true
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
failed=0
for program in build/fuzz/fuzz/fuzz_*; do
  name=${program##*/fuzz_}
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  log=build/fuzz/fuzz/$name/long.log
  mkdir -p "${log%/*}"
  result="nothing found"
  if ! tests/fuzz/run.sh "$PWD/$program" "$PWD/tests/fuzz" -max_total_time="$seconds" -fork="$(nproc)" -max_len=16384 \
    >"$log" 2>&1; then
    result="FAILED, see $log"
    failed=1
  fi
  runs=$(sed -nE 's/^#([0-9]+): cov.*/\1/p' "$log" | tail -n 1)
  printf '%-20s %12s runs, %s\n' "$name" "${runs:-0}" "$result"
done
exit $failed

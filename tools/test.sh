#!/usr/bin/env bash
# Sets up, builds and tests everything that this machine can; the last line is "N passed, N failed, N skipped".
#
# Environment:
#   FEDFR_TEST_ASAN=1  also the unit tests under the address and undefined-behaviour sanitizers (default in CI)
#   FEDFR_TEST_FUZZ=1  also the fuzz targets for some seconds each (default in CI); tests/fuzz/run_long.sh is for long
#   FEDFR_CUDA         AUTO (default), ON or OFF, as for CMake
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
reports=build/reports
passed=0 failed=0 skipped=0
[ -t 1 ] || export GTEST_COLOR=no CLICOLOR=0 TERM=dumb

say() { printf '\n=== %s\n' "$*"; }

# count REPORT: adds the results in a JUnit file of ctest. A test whose program is missing is "notrun" as a skipped one.
count() {
  local cases=$1 notrun
  passed=$((passed + $(grep -c '<testcase .* status="run"' "$cases")))
  skipped=$((skipped + $(grep -cE '<skipped message="(SKIP_RETURN_CODE=77|Disabled)"' "$cases")))
  notrun=$(grep -cE '<testcase .* status="(notrun|disabled)"' "$cases")
  failed=$((failed + $(grep -c '<testcase .* status="fail"' "$cases")))
  failed=$((failed + notrun - $(grep -cE '<skipped message="(SKIP_RETURN_CODE=77|Disabled)"' "$cases")))
}

# check PRESET CMAKE_OPTION...: configures, builds and tests; a build that fails counts as one failed test.
check() {
  local preset=$1 report=$PWD/$reports/$1.xml
  shift
  say "$preset: building"
  if ! { cmake --preset "$preset" "$@" >"$reports/$preset.configure.log" || { cat "$reports/$preset.configure.log"; false; }; } ||
    ! cmake --build --preset "$preset"; then
    say "$preset: the build failed"
    failed=$((failed + 1))
    return
  fi
  say "$preset: testing"
  rm -f "$report"
  if ! ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$report" && [ ! -e "$report" ]; then
    failed=$((failed + 1))
    return
  fi
  count "$report"
  grep -hoE 'NEEDS [^<]*' "$report" | sort | uniq -c | sed 's/^ *\([0-9]*\)/skipped \1 x:/'
}

# check_by_clang PRESET: check, where there is clang.
check_by_clang() {
  if command -v clang++ >/dev/null; then
    check "$1"
  else
    say "$1: skipped"
    echo "skipped 1 x: NEEDS clang and its sanitizers (tools/setup.sh --dev)"
    skipped=$((skipped + 1))
  fi
}

summary() { printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"; }

mkdir -p "$reports"
if ! tools/setup.sh --dev; then
  failed=1
  summary
  exit 1
fi

check release ${FEDFR_CUDA:+-DFEDFR_CUDA="$FEDFR_CUDA"}
if [ "${FEDFR_TEST_ASAN:-${CI:+1}}" = 1 ]; then check_by_clang asan; fi
if [ "${FEDFR_TEST_FUZZ:-${CI:+1}}" = 1 ]; then check_by_clang fuzz; fi
# Without a GPU the code for it can still be compiled, and its tests skip.
if [ "${FEDFR_CUDA:-AUTO}" = AUTO ] && [ ! -e /proc/driver/nvidia/version ] &&
  { command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; }; then
  check cuda
fi

echo
summary
[ "$failed" -eq 0 ]

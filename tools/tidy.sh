#!/usr/bin/env bash
# clang-tidy over fedfr's own code, by the compile commands of a build: tools/tidy.sh [BUILD_FOLDER] [FILE_REGEX]
# All of it takes minutes (LibTorch's headers are read again for every file), so it is not one of the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
[ -e "$build/compile_commands.json" ] || { echo "configure first: cmake --preset release" >&2; exit 2; }
if report=$(run-clang-tidy -quiet -p "$build" "${2:-$PWD/(src|tools|tests)/}" 2>/dev/null); then
  echo "tidy: nothing to say"
else
  grep -vE 'clang-tidy-14 |^$' <<<"$report" | sed 's/\x1b\[[0-9;]*m//g'
  exit 1
fi

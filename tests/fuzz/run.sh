#!/bin/bash
# run.sh PROGRAM FUZZ_FOLDER LIBFUZZER_OPTION...: runs a fuzz target on its corpus in FUZZ_FOLDER/corpus and on what it has
# found before, which lies beside the program with what makes it fail (crash-*, timeout-*, oom-*).
set -eu
program=$1
folder=$2
shift 2
name=${program##*/fuzz_}
work=${program%/*}/$name
mkdir -p "$work/found" "$work/failures"
dictionary=()
[ ! -e "$folder/$name.dict" ] || dictionary=("-dict=$folder/$name.dict")
# What a leak would be is found by the limit on memory, which works in containers, too.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=0 UBSAN_OPTIONS=print_stacktrace=1
exec "$program" -timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=256 -print_final_stats=1 -verbosity=1 \
  "-artifact_prefix=$work/failures/" "${dictionary[@]}" "$@" "$work/found" "$folder/corpus/$name"

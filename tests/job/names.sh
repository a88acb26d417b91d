#!/bin/bash
# Names of files and folders that are no UTF-8, as disks of another time have them: everything works, and what leaves
# the program as JSON is valid UTF-8.
. "$(dirname "$0")/job.sh"
sweep=$1/fedfr-sweep
report=$1/fedfr-report
export LC_ALL=C
latin=$'caf\xe9'

train 2 plain
mkdir "$latin"
cp -r "$data/parts/clients" "$latin/clients-$latin"
cp -r "$data/pairs" "$latin/pairs-$latin"
sed "s|$data/parts/clients|$latin/clients-$latin|; s|$data/pairs|$latin/pairs-$latin|" "$job" >"$latin/job-$latin.cfg"
launch 2 train "$latin/job-$latin.cfg" --output "$latin/run-$latin" --pictures true
expect_code 0 "a run with Latin-1 names"
run=$latin/run-$latin
expect_equal "$(final_hash)" "$(round_hashes plain | sed -n '$s/.* //p')" "model hash of a run with Latin-1 names"
launch 1 train "$latin/job-$latin.cfg" --output "$latin/run-$latin" --pictures true
expect_code 0 "the finished run again"

launch 1 evaluate "$run" "$latin/pairs-$latin" --save "$latin/figures-$latin.json"
expect_code 0 "evaluate"
launch 1 extract "$run" "$latin/pairs-$latin" "$latin/embeddings-$latin"
expect_code 0 "extract"
launch 1 verify-run plain "$run" --json
[ "$code" -le 1 ] || problem "verify-run: expected exit code 0 or 1"
expect_valid() {  # expect_valid FILE: UTF-8
  iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 || problem "$1 is not UTF-8"
}
expect_valid last.out
for file in "$run/metrics.jsonl" "$run"/evaluation/*.json "$latin/figures-$latin.json"; do expect_valid "$file"; done
"$fedfr_data" inspect "$latin/clients-$latin" --json >last.out 2>&1
code=$?
expect_code 0 "inspect"
expect_valid last.out
"$report" "$run" --output "$latin/page.html" >last.out 2>&1
code=$?
expect_code 0 "fedfr-report"
"$report" "$run" --tensorboard "$latin/events" >last.out 2>&1
code=$?
expect_code 0 "fedfr-report --tensorboard"

printf '[Sweep]\njob = %s\noutput = %s\n[Axes]\nseed = 1\nrounds = 1\n' "$latin/job-$latin.cfg" "$latin/swept" >"$latin/sweep.cfg"
"$sweep" "$latin/sweep.cfg" --local >last.out 2>&1
code=$?
expect_code 0 "a sweep"
"$sweep" collect "$latin/swept" >last.out 2>&1
code=$?
expect_code 0 "collect"
expect_valid "$latin/swept/sweep.json"

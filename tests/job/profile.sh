#!/bin/bash
# --profile: a table and a trace that agree with each other and with the run, and leave its results as they are.
. "$(dirname "$0")/job.sh"
command -v python3 >/dev/null || { echo "NEEDS python3"; exit 77; }
check=$(dirname "$0")/check_profile.py

train 2 undisturbed
[ ! -e undisturbed/trace.json ] || problem "a trace that nobody asked for"

train 2 profiled --profile
expect_like_undisturbed profiled
expect_text "convolutions and matrix products: " profiled
seconds=$(sed -n 's/^DONE .* seconds=\([0-9.]*\).*/\1/p' last.out)
python3 "$check" profiled --ranks 2 --seconds "$seconds" || problem "profiled: its profile"
train 1 alone --profile
expect_like_undisturbed alone
python3 "$check" alone --ranks 1 || problem "alone: its profile"

# Stopped on request: what was done until then. The next start keeps it.
for ranks in 1 2; do
  run=stopped.$ranks
  begin "$ranks" train "$job" --output "$run" --profile
  wait_for_text "round 1/3"
  kill -s USR1 "$(ranks_of_job | tail -n 1)"
  attend
  expect_code 85 "$run"
  python3 "$check" "$run" --ranks "$ranks" --unfinished || problem "$run: the profile of a run that was stopped"
  cp "$run/trace.json" "$run.json"
  train 3 "$run" --profile
  expect_text "kept as" "$run"
  expect_like_undisturbed "$run"
  expect_same_file "$run/trace.1.json" "$run.json"
  [ -e "$run/profile.1.txt" ] || problem "$run: the table of the first start is gone"
  python3 "$check" "$run" --ranks 3 --unfinished || problem "$run: the profile of a run that was continued"
done

# An error that all ranks know of: likewise.
launch 2 train "$job" --output diverged --profile --lr 100
expect_code 3 diverged
expect_text "has diverged" diverged
python3 "$check" diverged --ranks 2 --unfinished || problem "diverged: the profile of a run that failed"

# A profile that cannot be written is no reason to fail.
mkdir unwritable
ln -s nowhere/trace.json unwritable/trace.json
ln -s nowhere/profile.txt unwritable/profile.txt
train 2 unwritable --profile
expect_text "no trace" unwritable
expect_text "no profile" unwritable
expect_equal "$(final_hash)" "$(round_hashes undisturbed | sed -n '$s/.* //p')" "unwritable: model hash"

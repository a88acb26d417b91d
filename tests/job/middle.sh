#!/bin/bash
# Stopped in the middle of a round: clients that had finished it are not trained again, on any number of ranks.
. "$(dirname "$0")/job.sh"

trained_in() {  # trained_in RUN ROUND FLAG: how many clients of the round have this "taken_over" in the metrics
  grep '"event":"client"' "$1/metrics.jsonl" | grep "\"round\":$2," | grep -c "\"taken_over\":$3"
}

# interrupt ALGORITHM SIGNAL RANKS: stops a run in its second round and goes on with it
interrupt() {
  local run=$1.$2.$3 ranks=$3 over options=(--algorithm "$1" --log-level debug)
  begin 2 train "$job" --output "$run" "${options[@]}"
  wait_for_text "round 2/3: client"
  ranks_of_job | xargs kill "-$2"
  attend
  train "$ranks" "$run" "${options[@]}"
  if grep -qF "resuming after round 1" last.out; then
    over=$(trained_in "$run" 2 true)
    expect_equal "$((over > 0))" 1 "$run: whether finished clients were taken over"
    expect_text "round 2/3: $over of 4 clients had finished" "$run"
    [ "$ranks" -ne 1 ] || expect_equal "$(grep -c 'round 2/3: client . trained' last.out)" $((4 - over)) "$run: trained"
    expect_equal "$(trained_in "$run" 2 false)" $((4 - over)) "$run: trained, by the metrics"
  fi
  expect_like_undisturbed "$run"
}

train 2 undisturbed --algorithm local
interrupt local KILL 2
rm -r undisturbed
train 2 undisturbed
interrupt fedfr KILL 1
interrupt fedfr KILL 4
interrupt fedfr TERM 2

# A state of an attempt with another model at its start is not taken: after a fall back the round is made anew.
cp -r undisturbed fallen_back
rm fallen_back/checkpoint/round_000[23].ckpt
train 1 fallen_back --log-level debug
expect_text "resuming after round 1" fallen_back
expect_like_undisturbed fallen_back

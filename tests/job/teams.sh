#!/bin/bash
# Ranks that share a client: a cohort of fewer clients than the job has ranks, with the bits of one rank.
. "$(dirname "$0")/job.sh"

two=(--cohort-share 0.5 --batch 16)
for recipe in "fedfr" "fedfr --backbone mobilefacenet --margin adaface" "fedavg --precision bf16" "local"; do
  # shellcheck disable=SC2086
  train 1 one --algorithm $recipe "${two[@]}"
  for ranks in 2 5; do
    # shellcheck disable=SC2086
    train "$ranks" several --algorithm $recipe "${two[@]}"
    expect_equal "$(round_hashes several)" "$(round_hashes one)" "$recipe on $ranks ranks: hash of each round"
    diff -r several/personalized one/personalized || problem "$recipe on $ranks ranks: personal models"
    rm -r several
  done
  rm -r one
done

# All clients of a cohort by all ranks together, although there would be enough clients.
train 1 undisturbed --batch 16 --micro-batches 4
train 3 together --batch 16 --micro-batches 4 --ranks-per-client 3
expect_like_undisturbed together
ranks=$(sed -n 's/.*"client":[0-9]*.*"event":"client".*"rank":\([0-9]*\).*/\1/p' together/metrics.jsonl | sort -u)
expect_equal "$ranks" 0 "who hands on what a team has trained"

# Stopped by one rank of a team, and killed.
begin 4 train "$job" --output stopped "${two[@]}" --local-epochs 3
wait_for_text "round 1/3"
kill -s TERM "$(ranks_of_job | tail -n 1)"
attend
expect_code 85 "a stop asked of one rank of a team"
train 1 stopped "${two[@]}" --local-epochs 3
hash=$(final_hash)
begin 4 train "$job" --output killed "${two[@]}" --local-epochs 3
wait_for_text "round 1/3"
ranks_of_job | tail -n 1 | xargs -r kill -KILL
attend
[ "$code" -ne 0 ] || problem "exit code 0 of a killed job"
train 3 killed "${two[@]}" --local-epochs 3
expect_equal "$(final_hash)" "$hash" "stopped and killed teams"

# An error of one rank, and one of all.
launch 4 train "$job" --output diverged "${two[@]}" --lr 100
expect_code 3 "a client of a team that diverges"
expect_text "has diverged" "a client of a team that diverges"

#!/bin/bash
# Ordinary training on all ranks: the same bits on any number of them, whatever stops it in the middle of an epoch.
. "$(dirname "$0")/job.sh"

# Enough classes to be shared out among the ranks (two blocks), and an incomplete step at the end of an epoch.
"$fedfr_data" synth many --identities 300 --images 2 --size 32 >last.out 2>&1 || problem "making faces"
common=(--algorithm centralized --public many --rounds 2 --batch 32 --micro-batches 4)

# expect_same_on RANKS... -- ARGUMENTS...: one hash, and one loss, on one rank and on others
expect_same_on() {
  local several_ranks=() n
  while [ "$1" != -- ]; do
    several_ranks+=("$1")
    shift
  done
  shift
  rm -rf one
  train 1 one "${common[@]}" "$@"
  for n in "${several_ranks[@]}"; do
    rm -rf several
    train "$n" several "${common[@]}" "$@"
    expect_equal "$(round_hashes several)" "$(round_hashes one)" "$* on $n ranks: hash of each round"
    expect_equal "$(losses several)" "$(losses one)" "$* on $n ranks: losses"
    expect_same_file several/model.safetensors one/model.safetensors
  done
}

losses() { sed -n 's/.*"event":"round".*"loss":\([0-9.e+-]*\),.*/\1/p' "$1/metrics.jsonl"; }

expect_same_on 2 4 -- --clip-norm 5
expect_same_on 3 -- --backbone mobilefacenet --margin adaface --precision bf16  # batch norms, statistics of lengths
expect_same_on 2 -- --margin magface --class-sample 0.3 --decay-on weights
expect_same_on 3 -- --centralized-data all --augment-crop 0.3 --incomplete-batch drop
expect_same_on 2 -- --backbone mobilefacenet --norm-statistics frozen --micro-batches 32 --lr 1e-4

# Stopped and killed in the middle of epochs, and each time on another number of ranks.
steps=(--checkpoint-every-steps 5 --evaluate-every-steps 10)
train 1 undisturbed "${common[@]}" "${steps[@]}"
grep -q '"event":"midway".*"step":10' undisturbed/metrics.jsonl || problem "no evaluation in the middle of a round"
[ -s undisturbed/best.safetensors ] || problem "no best model"
begin 2 train "$job" --output stopped "${common[@]}" "${steps[@]}" --log-level debug
wait_for_text "step 10/"
kill -s USR1 "$launcher"
attend
expect_code 85 "a stop in the middle of a round"
expect_text "stopped in round 1/2 after step" "a stop in the middle of a round"
train 3 stopped "${common[@]}" "${steps[@]}"
expect_text "of the next one" "going on in the middle of a round"
expect_equal "$(round_hashes stopped)" "$(round_hashes undisturbed)" "after a stop: hash of each round"
expect_equal "$(losses stopped)" "$(losses undisturbed)" "after a stop: losses"

RANDOM=${FEDFR_JOB_SEED:-$$}
echo "random instants: repeat them with FEDFR_JOB_SEED=${FEDFR_JOB_SEED:-$$}"
for try in 1 2 3; do
  ranks=$((1 + RANDOM % 3))
  begin "$ranks" train "$job" --output killed "${common[@]}" "${steps[@]}"
  [ "$try" = 1 ] || wait_for_text "resuming after round"
  sleep "0.$((RANDOM % 10))"
  ranks_of_job | sed -n "$((1 + RANDOM % ranks))p" | xargs -r kill -KILL 2>/dev/null
  attend
  echo "on $ranks rank(s): exit code $code, $(find killed/checkpoint -name '*.ckpt' 2>/dev/null | wc -l) file(s) of checkpoints"
  [ ! -e killed/lock ] || flock -w "$limit" killed/lock true || problem "a rank lives on"
done
train 2 killed "${common[@]}" "${steps[@]}"
expect_equal "$(round_hashes killed)" "$(round_hashes undisturbed)" "after kills: hash of each round"
expect_equal "$(final_hash)" "$(round_hashes undisturbed | sed -n '$s/.* //p')" "after kills: model hash"
expect_equal "$(find killed/checkpoint -name '*classes*' | wc -l)" 6 "class centres of three checkpoints"

# A damaged block of classes: back to the round before, on all ranks.
flip_bit "$(find killed/checkpoint -name 'round_0002.*classes_01.ckpt')" 3000
train 2 killed "${common[@]}" "${steps[@]}"
expect_text "falling back to the checkpoint before it" "a damaged block of classes"
expect_equal "$(round_hashes killed)" "$(round_hashes undisturbed)" "after damage: hash of each round"

# No gain for two evaluations in a row, since nothing is learned.
train 2 early "${common[@]}" --rounds 50 --lr 1e-9 --early-stop 2
expect_text "early stop: 2 evaluations" "early stop"
train 1 early "${common[@]}" --rounds 50 --lr 1e-9 --early-stop 2
expect_text "resuming after round 2" "early stop, started again"
launch 1 verify-run killed undisturbed
expect_code 0 "killed and undisturbed run compared"

# What federation starts from: with the public class centres.
train 2 federated --public many --rounds 1 --init undisturbed/model.safetensors --probe-people 0
expect_text "with its public class centres" "the start of a federation"

refuse() {  # refuse TEXT ARGUMENTS...
  local text=$1
  shift
  launch 2 train "$job" --output refused "${common[@]}" "$@"
  expect_code 2 "$*"
  expect_text "$text" "$*"
}
refuse "micro-batches = 3 does not divide batch = 32" --micro-batches 3
refuse "has no clients" --dfc true
refuse "an epoch would make no step at all" --batch 1024 --micro-batches 8 --incomplete-batch drop
refuse "has no class centres" --margin logits
launch 2 train "$job" --output refused "${common[@]}" --lr 100 --rounds 5
expect_code 3 "a training that diverges"
expect_text "the training has diverged" "a training that diverges"

#!/bin/bash
# What the bits depend on is on record: a run does not go on under other conditions unless it may, and two runs that
# differ are told where and why.
. "$(dirname "$0")/job.sh"

train 1 undisturbed
train 2 run --rounds 2
cp -r run before

# Other conditions are refused before anything starts, and nothing changes.
launch 2 train "$job" --output run --threads 2
expect_code 2 "other threads"
expect_text "threads was '1' and is now '2'" "other threads"
expect_equal "$(grep -c 'round 3/3' last.out)" 0 "rounds made under refused conditions"
for file in metrics.jsonl numerics.json config.cfg; do expect_same_file "run/$file" "before/$file"; done

# Allowed: a warning, and the record tells from which round on.
cp -r before allowed
launch 1 train "$job" --output allowed --threads 2 --allow-different-numerics
expect_code 0 "allowed threads"
expect_text "warning: threads was '1' and is now '2'" "allowed threads"
expect_equal "$(grep -oE '"(from_round|threads)": "?[0-9]' allowed/numerics.json | tr -d '" ' | tr '\n' ' ')" \
  "from_round:1 threads:1 from_round:3 threads:2 " "record of allowed threads"
expect_equal "$(grep '"event":"start"' allowed/metrics.jsonl | grep -oE '"(round|threads)":"?[0-9]' | tr -d '"' |
  tr '\n' ' ')" "threads:1 round:1 threads:2 round:3 " "start events of allowed threads"

# Ranks and placement are no conditions.
train 3 run
expect_like_undisturbed run
expect_equal "$(grep -c from_round run/numerics.json)" 1 "conditions of a run on other ranks"

# verify RUN RUN CODE TEXT...: what verify-run says of them
verify() {
  local expected=$3 pair="$1 $2" text
  launch 1 verify-run "$1" "$2"
  expect_code "$expected" "verify-run $pair"
  shift 3
  for text in "$@"; do expect_text "$text" "verify-run $pair"; done
}
verify run undisturbed 0 "equal: the models of 3 rounds"
verify before run 1 "one run has 2 rounds and the other 3; equal in those that both have"
train 1 seed --seed 101
verify run seed 1 "start from other models" "option seed: '100' and '101'"
train 1 lr --lr 0.02
verify run lr 1 "part in round 1" "checkpoint/round_0001.ckpt: " "option lr: '0.01' and '0.02'"
train 1 short --lr 0.01 --rounds 2
sed -i 's/^lr = .*/lr = 0.02/' short/config.cfg
launch 1 train "$job" --output short --lr 0.02
verify run short 1 "part in round 3" "checkpoint/round_0003.ckpt: "
verify run "$data" 3 "is it a run directory"
verify run run/checkpoint 3 "is it a run directory"
launch 1 verify-run run
expect_code 2 "verify-run of one run"

# Personal models that differ beside equal global ones.
cp -r run personal
cp personal/personalized/client_000000.safetensors personal/personalized/client_000001.safetensors
verify run personal 1 "1 personal models differ, first personalized/client_000001.safetensors"

launch 1 verify-run run lr --json
expect_code 1 "verify-run --json"
for text in '"parts_at_round": 1' '"equal": false' '"file": "checkpoint/round_0001.ckpt"'; do
  expect_text "$text" "verify-run --json"
done

# Metrics that tell nothing of data and numerics, or what fedfr never writes.
cp -r undisturbed bare_metrics
sed -i '/"event":"start"/d' bare_metrics/metrics.jsonl
rm bare_metrics/numerics.json
launch 1 verify-run undisturbed bare_metrics
expect_code 0 "verify-run without a record of conditions"
echo '{"event":"round","round":"two"}' >>bare_metrics/metrics.jsonl
launch 1 verify-run undisturbed bare_metrics
expect_code 3 "verify-run with a strange event"
expect_text "bare_metrics/metrics.jsonl" "verify-run with a strange event"

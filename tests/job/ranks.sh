#!/bin/bash
# The same bits on any number of ranks: global model after each round, personal models, no undefined number.
. "$(dirname "$0")/job.sh"

for algorithm in fedfr fedavg local; do
  train 1 "$algorithm.1" --algorithm "$algorithm"
  hash=$(final_hash)
  rounds=$(round_hashes "$algorithm.1")
  [ -n "$hash" ] || problem "$algorithm: no DONE line with a hash"
  expect_equal "$(echo "$rounds" | tail -n 1)" "3 $hash" "$algorithm: the last round of the metrics"
  ranks="2 3 4"
  [ "$algorithm" = fedfr ] || ranks=3
  for n in $ranks; do
    train "$n" "$algorithm.$n" --algorithm "$algorithm"
    expect_equal "$(final_hash)" "$hash" "$algorithm: model hash on $n ranks"
    expect_equal "$(round_hashes "$algorithm.$n")" "$rounds" "$algorithm: hash of each round on $n ranks"
    for file in "$algorithm.1"/personalized/* "$algorithm.1"/evaluation/*; do
      expect_same_file "$algorithm.$n/${file#*/}" "$file"
    done
  done
  expect_equal "$(find "$algorithm.1/personalized" -type f | wc -l)" 4 "$algorithm: number of personal models"
  if grep -niE '"loss":null|"terms":[^]}]*null|nan' "$algorithm.1/metrics.jsonl"; then
    problem "$algorithm: undefined numbers in metrics.jsonl"
  fi
done
train 2 in_files --feature-memory 0 --scratch .
expect_text "lie in files" "embeddings beyond --feature-memory"
expect_equal "$(round_hashes in_files)" "$(round_hashes fedfr.1)" "hash of each round with embeddings in files"
# Training has to change what is compared above.
expect_equal "$(round_hashes fedfr.1 | cut -d' ' -f2 | sort -u | wc -l)" 3 "different models after different rounds"
expect_equal "$(round_hashes local.1 | cut -d' ' -f2 | sort -u | wc -l)" 1 "algorithm local leaves the global model"

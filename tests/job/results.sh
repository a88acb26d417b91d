#!/bin/bash
# What is done with a finished run: figures that can be repeated, embeddings, a record that repeats the run.
. "$(dirname "$0")/job.sh"

train 2 run
hash=$(final_hash)

for ranks in 1 2; do
  launch "$ranks" evaluate run "$data/pairs" "$data/parts/clients" --save again.json
  expect_code 0 "evaluate"
  expect_same_file again.json run/evaluation/round_0003.json
done

# 80 images of 32 floats, three numbers of 64 bits (client, person, label) and a subset, after a header that starts with its length.
launch 2 extract run "$data/pairs" embeddings.safetensors
expect_code 0 "extract"
header=$(od -An -td8 -N8 embeddings.safetensors)
expect_equal "$(($(stat -c %s embeddings.safetensors) - 8 - header))" $((80 * (32 * 4 + 3 * 8 + 1))) "size of the embeddings"

# Fewer strangers, drawn once for each client whatever the number of ranks; no models of the clients.
train 2 few --stranger-images 7 --personal-models false
expect_equal "$(final_hash)" "$hash" "hash of a run with fewer strangers"
expect_equal "$(ls few/personalized)" "" "models that were not asked for"
expect_equal "$(grep -o '"other_probes": *[0-9]*' few/evaluation/round_0003.json | sort -u)" '"other_probes": 7' "strangers"
train 1 few.1 --stranger-images 7
expect_same_file few.1/evaluation/round_0003.json few/evaluation/round_0003.json

# Every figure in other forms; 1:N on any dataset; a model is no better than itself.
launch 2 evaluate run "$data/pairs" --save again.csv
launch 1 evaluate run "$data/pairs" --csv
expect_code 0 "evaluate --csv"
grep -v '^fedfr' last.out | cmp -s - again.csv || problem "--csv and --save FILE.csv differ"
expect_equal "$(cut -d, -f3 again.csv | head -n 2 | tr '\n' ' ')" "figure accuracy " "figures"
launch 2 evaluate run "$data/parts/clients" --identification --latex
expect_code 0 "evaluate --identification"
expect_text 'toprule' "evaluate --latex"
launch 2 compare run run "$data/pairs" --save none.csv
expect_code 0 "compare"
grep ' minus ' none.csv | cut -d, -f4-6 | grep -qvE '^(0(\.0)?,0(\.0)?,0(\.0)?|,,)$' && problem "a model is better than itself"
launch 1 compare run few "$data/parts/clients"
expect_code 2 "compare on clients"

# config.cfg repeats the run.
launch 1 train run/config.cfg --output repeated
expect_equal "$(final_hash)" "$hash" "hash of the repeated run"
expect_equal "$(grep -v '^output' repeated/config.cfg)" "$(grep -v '^output' run/config.cfg)" "record of the repeated run"
launch 1 train run/config.cfg --output other --seed 101
[ "$(final_hash)" != "$hash" ] || problem "another seed gives the same model"

# A finished run goes on with more rounds as if it had been asked for them from the beginning.
train 2 short --rounds 2
train 1 short --rounds 3
expect_equal "$(final_hash)" "$hash" "hash of a run that was continued"

launch 2 train "$job" --output dry --dry-run
expect_code 0 "dry run"
expect_text "dry run: nothing was trained" "dry run"
[ ! -e dry ] || problem "a dry run made its output folder"

# Help tells of every option, each command has its own.
launch 1 train --help
expect_code 0 "train --help"
for option in $(grep -oE '^[a-z0-9-]+' run/config.cfg) dry-run; do
  grep -qE "^ +--$option( |\$)" last.out || problem "train --help does not mention --$option"
done
for command in evaluate compare extract; do
  launch 1 "$command" --help
  expect_code 0 "$command --help"
  grep -q "^  fedfr $command runs/" last.out || problem "$command --help has no example"
done
launch 1
expect_code 2 "no command"
launch 1 no-such-command
expect_code 2 "unknown command"
expect_text "no-such-command" "unknown command"

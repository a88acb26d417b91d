#!/bin/bash
# Whether images lie as a network expects them: the same answer on any number of ranks, at an import, and at the start of
# a run, whose results it leaves alone.
. "$(dirname "$0")/job.sh"

train 1 first --rounds 1
weights=first/model.safetensors

launch 1 probe "$weights" "$data/parts/heldout"
expect_code 0 "probe"
expect_equal "$(grep -c '^as they are ' last.out)" 1 "the images themselves"
expect_text "red and blue exchanged " "the other order of colours"
expect_equal "$(grep -c '^moved ' last.out)" 8 "moves"
expect_text "$data/parts/heldout: the " "what it comes to"
cp last.out alone.out
launch 2 probe "$weights" "$data/parts/heldout"
expect_same_file last.out alone.out

# Of an import the program for datasets asks the program with networks.
"$fedfr_data" export "$data/parts/heldout" --format folder --output folder >/dev/null || problem "export"
"$fedfr_data" import folder --output imported --init "$weights" >last.out 2>&1
code=$?
expect_code 0 "import with --init"
expect_text "imported: the " "what it comes to"
"$fedfr_data" import folder --output other --init no_such_file >last.out 2>&1
code=$?
expect_code 2 "import with weights that are not there"
[ ! -e other ] || problem "an import without its weights has begun"

"$fedfr_data" import folder --output singles --max-images 1 >/dev/null || problem "import"
launch 1 probe "$weights" singles
expect_code 3 "nobody with two images"
expect_text "nothing to compare" "nobody with two images"
launch 2 probe "$weights" singles
expect_code 3 "nobody with two images, on two ranks"
expect_text "nothing to compare" "nobody with two images, on two ranks"
launch 1 probe "$weights"
expect_code 2 "no dataset"

# At the start of a run, but not when it goes on, nor without trained weights.
looks() { grep -cE "parts/(clients|public): the (images|network)" "$1"; }
train 2 looking --init "$weights" --rounds 1
hash=$(final_hash)
expect_equal "$(looks last.out)" 2 "clients and public set are looked at"
train 2 looking --init "$weights" --rounds 2
expect_equal "$(looks last.out)" 0 "a run that goes on"
train 2 not_looking --init "$weights" --rounds 1 --probe-people 0
expect_equal "$(looks last.out)" 0 "--probe-people 0"
expect_equal "$(final_hash)" "$hash" "the model"

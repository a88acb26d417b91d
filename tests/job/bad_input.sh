#!/bin/bash
# Whatever is wrong with the input: an exit code, one message that says what to do, no rank that hangs.
. "$(dirname "$0")/job.sh"

# refuse CODE TEXT ARGUMENTS...: two ranks end soon with this exit code and print this text once
refuse() {
  local expected=$1 text=$2 began=$SECONDS
  shift 2
  rm -rf run
  launch 2 train "$@"
  expect_code "$expected" "$*"
  expect_text "$text" "$*"
  printf '%s\t%s s\t%s\n' "$code" "$((SECONDS - began))" "$(grep '^fedfr: ' last.out)"
  [ "$(grep -c '^fedfr: ' last.out)" -eq 1 ] || problem "$*: expected one message"
}

copy_of() {  # copy_of SET: a copy of a part of the data for spoiling
  rm -rf "spoilt"
  cp -r "$data/parts/$1" spoilt
}

refuse 2 "no folder for the results" "$job"
refuse 3 "no_such.cfg" no_such.cfg --output run
refuse 3 "no/such/set: there is no such folder" "$job" --output run --clients no/such/set
refuse 3 "work: this is no dataset, it holds no dataset.json" "$job" --output run --public "$data/work"
refuse 3 "no_such_weights" "$job" --output run --init no_such_weights
refuse 2 "is a dataset of the role 'clients', not 'public'" "$job" --output run --public "$data/parts/clients"

sed 's/^rounds = 3/rouns = 3/' "$job" >typo.cfg
refuse 2 "typo.cfg:2: " typo.cfg --output run
expect_text "'rouns'" "an unknown key is named"
sed 's/^lr = .*/lr = -1/' "$job" >range.cfg
line=$(grep -n '^lr = ' range.cfg | cut -d: -f1)
refuse 2 "range.cfg:$line: lr" range.cfg --output run
refuse 2 "lr" "$job" --output run --lr 1e6
refuse 2 "rounds" "$job" --output run --rounds many
refuse 2 "bach" "$job" --output run --bach 8
refuse 2 "with incomplete-batch = drop" "$job" --output run --batch 512 --incomplete-batch drop

copy_of clients
truncate -s -1000 spoilt/shard_00000.h5
refuse 3 "spoilt/shard_00000.h5" "$job" --output run --clients spoilt

copy_of clients
sed -i 's/"format_version": *[0-9]*/"format_version": 999/' spoilt/dataset.json
refuse 3 "999" "$job" --output run --clients spoilt

# One flipped byte in the pixels of some image.
copy_of clients
flip_bit spoilt/shard_00000.h5 100000
refuse 3 "spoilt/shard_00000.h5" "$job" --output run --clients spoilt
"$fedfr_data" verify spoilt >last.out 2>&1
code=$?
expect_code 3 "fedfr-data verify of a flipped byte"
expect_text "shard_00000.h5" "fedfr-data verify of a flipped byte"

# Weights of another network.
train 1 small --rounds 1
refuse 3 "small/model.safetensors" "$job" --output run --width 0.5 --init small/model.safetensors
refuse 2 "small holds a run with other options" "$job" --output small --seed 7
refuse 3 "this is a folder; name a file in it" "$job" --output run --init small
head -c 5000 small/model.safetensors >torn.safetensors
refuse 3 "torn.safetensors" "$job" --output run --init torn.safetensors

# Small files that ask for gigabytes and terabytes.
weights() {  # weights FILE HEADER: a safetensors file of that header alone, of less than 256 bytes
  printf "\\x$(printf %02x ${#2})\\0\\0\\0\\0\\0\\0\\0%s" "$2" >"$1"
}
large='"backbone":"sphere20","width":"4","embedding":"4096","image_height":"56","image_width":"56"'
weights network.safetensors "{\"__metadata__\":{$large}}"
launch 1 evaluate network.safetensors "$data/pairs"
expect_code 3 "weights that name a network for which they have no numbers"
expect_text "network.safetensors is no model: it has fewer numbers" "weights that name a large network"
tensor='"a":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4000000000000]}'
weights tensor.safetensors "{$tensor}"
refuse 3 "tensor.safetensors" "$job" --output run --init tensor.safetensors

refuse 3 "the first tensor that is not finite is" "$job" --output diverged --lr 100 --algorithm local

#!/bin/bash
# Margins, learning rates and augmentation of other programs: each option makes another model, and what goes on from
# round to round has the same bits on any number of ranks and after a stop.
. "$(dirname "$0")/job.sh"

recipe=(--margin adaface --augment-crop 0.3 --augment-low-resolution 0.3 --augment-photometric 0.3 --decay-on weights
  --lr-schedule cosine --lr-every step --lr-rounds 4 --lr-warmup 0.5)
train 1 undisturbed "${recipe[@]}"
train 2 resumed "${recipe[@]}" --rounds 1
train 3 resumed "${recipe[@]}"
expect_like_undisturbed resumed

# Also without clients.
pooled=(--algorithm centralized --margin adaface --lr-schedule polynomial --lr-rounds 2)
train 1 pooled "${pooled[@]}"
train 1 pooled_resumed "${pooled[@]}" --rounds 1
train 2 pooled_resumed "${pooled[@]}"
expect_equal "$(round_hashes pooled_resumed)" "$(round_hashes pooled)" "pooled data after a stop"

hashes=
try() {  # try ARGUMENTS...
  train 2 try --rounds 1 --personalised false --local-epochs 2 "$@"
  hashes+="$(final_hash)"$'\n'
  rm -r try
}
try
for margin in arcface combined adaface magface; do try --margin "$margin"; done
try --margin arcface --margin-gradient straight-through
try --margin magface --margin-form guarded --magface-lowest-norm 0.01
try --augment-crop 0.3
try --augment-low-resolution 0.3
try --augment-photometric 0.3
try --lr-schedule cosine
try --lr-schedule cosine --lr-every step
try --lr-schedule polynomial --lr-power 2
try --lr-schedule multistep --lr-milestones 1
try --decay-on weights
expect_equal "$(echo -n "$hashes" | sort -u | wc -l)" 15 "different models"

#!/bin/bash
# Each part of the method can be switched off or exchanged, and then makes another model.
. "$(dirname "$0")/job.sh"

hashes=
ranks=2
try() {  # try NAME ARGUMENTS...
  train "$ranks" "$1" --rounds 1 --personalised false "${@:2}"
  echo "$1 $(final_hash)"
  hashes+="$(final_hash)"$'\n'
}
try everything
try no_dfc --dfc false
try no_contrastive --contrastive false --local-epochs 2
try no_hard_negatives --hard-negatives false
try arcface --margin arcface
try bottleneck --dfc-converter bottleneck
try no_converter --dfc-converter none
# A detached branch learns, but does not reach what is shared: the global model is that without a branch.
without_branch=$(sed -n 2p <<<"$hashes")
try detached --dfc-detach true
expect_equal "$(final_hash)" "$without_branch" "the global model beside a detached branch"
try bf16 --precision bf16
try half_cohort --cohort-share 0.5
try sphere --backbone sphere20 --width 0.1
try reference --reference-semantics true
ranks=1  # one client has all the data
try centralized --algorithm centralized --centralized-data all
expect_equal "$(echo -n "$hashes" | sort -u | wc -l)" 12 "different models"

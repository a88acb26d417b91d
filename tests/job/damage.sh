#!/bin/bash
# A run folder that is in use, or that a disk has damaged.
. "$(dirname "$0")/job.sh"

train 2 undisturbed
copy_of_run() {
  rm -rf "$1"
  cp -r undisturbed "$1"
}

# The newest checkpoint is damaged: the run goes on from the one before it.
copy_of_run fallen_back
flip_bit fallen_back/checkpoint/round_0003.ckpt 100000
train 2 fallen_back
expect_text "falling back to the checkpoint before it" fallen_back
expect_text "resuming after round 2" fallen_back
expect_like_undisturbed fallen_back

# All checkpoints are damaged: the run is not thrown away by itself. Without them it begins anew, and says so.
copy_of_run anew
for file in anew/checkpoint/*; do truncate -s 100 "$file"; done
cp anew/metrics.jsonl before.jsonl
launch 2 train "$job" --output anew
expect_code 3 "all checkpoints damaged"
expect_text "no checkpoint in anew/checkpoint can be used" "all checkpoints damaged"
cmp -s anew/metrics.jsonl before.jsonl || problem "all checkpoints damaged: the metrics were changed"
rm -r anew/checkpoint anew/state
train 2 anew
expect_text "holds a run without a checkpoint: it is begun anew" anew
expect_like_undisturbed anew

# The states of the clients are gone: the run does not go on without them, which would give other bits.
copy_of_run forgotten
rm -r forgotten/state
launch 2 train "$job" --output forgotten --rounds 4
expect_code 3 "no states"
expect_text "forgotten/state/clients.states" "no states"

# Only the start was saved: other options begin anew.
mkdir start
cp -r undisturbed/{config.cfg,metrics.jsonl,checkpoint,evaluation} start
rm start/checkpoint/*
launch 1 train "$job" --output start --batch 512 --incomplete-batch drop
expect_code 2 "a batch that is too large"
train 2 start
expect_text "begun anew" start
expect_like_undisturbed start

# So many checkpoints are damaged that the clients have no states as old as the one that is left.
copy_of_run lost
train 2 lost --rounds 5 --keep-checkpoints 5
for round in 2 3 4 5; do flip_bit "lost/checkpoint/round_000$round.ckpt" 100000; done
launch 2 train "$job" --output lost --rounds 5
expect_code 3 "states lost"
expect_text "all states of client" "states lost"

# Private states of a client are damaged: each slot in the middle.
copy_of_run state
rm state/checkpoint/round_0003.ckpt
slot_bytes=$(sed -n '1s/.* slots of \([0-9]*\) bytes/\1/p;q' state/state/clients.states)
for slot in 3 4 5; do flip_bit state/state/clients.states $((4096 + slot * slot_bytes + slot_bytes / 2)); done
launch 2 train "$job" --output state
expect_code 4 "damaged result of a client that had finished, as all others had"
expect_text "what client 1 had finished of round 3 is damaged" "damaged result"
launch 2 train "$job" --output state
expect_code 3 "damaged state"
expect_text "the state of client 1 after round 2" "damaged state"

# Fewer rounds than there are, and data that were exchanged behind the same name.
cp undisturbed/config.cfg before.cfg
launch 2 train "$job" --output undisturbed --rounds 2
expect_code 2 "fewer rounds"
cmp -s undisturbed/config.cfg before.cfg || problem "fewer rounds: the record was changed"
expect_text "has completed 3 rounds" "fewer rounds"
cp -r "$data/parts" parts
own_data=(--clients parts/clients --public parts/public)
train 2 exchanged "${own_data[@]}" --rounds 1
mv parts/clients clients
"$fedfr_data" split "$data/faces" --output other --clients 4 --identities-per-client 3 --public 10 --seed 5 >last.out
cp -r other/clients parts/clients
launch 2 train "$job" --output exchanged "${own_data[@]}"
expect_code 2 "other clients"
expect_text "the fingerprint of the clients' data was" "other clients"
rm -r parts/clients parts/public
mv clients parts/clients
cp -r other/public parts/public
launch 2 train "$job" --output exchanged "${own_data[@]}"
expect_code 2 "other public images"
expect_text "the fingerprint of the public data was" "other public images"
rm -r parts/public
cp -r "$data/parts/public" parts/public
train 2 exchanged "${own_data[@]}"
expect_like_undisturbed exchanged

# Metrics torn in the middle of a line.
copy_of_run torn
rm torn/checkpoint/round_0003.ckpt
truncate -s -10 torn/metrics.jsonl
train 2 torn
expect_like_undisturbed torn

# One run a folder: a second job is refused while the first is alive, and does not disturb it.
begin 2 train "$job" --output busy
wait_for_text "round 1/3"
mv last.out first.out
mapfile -t first < <(ranks_of_job)
kill -STOP "${first[@]}"  # or it might be done before the second one has started
launch 2 train "$job" --output busy
kill -CONT "${first[@]}"
expect_code 3 "a folder in use"
expect_text "belongs to a job that is still running" "a folder in use"
mv first.out last.out
attend
expect_code 0 busy
expect_like_undisturbed busy

#!/bin/bash
# The time limit ends a job twice; it comes back each time and ends with the bits of an undisturbed run.
. "$(dirname "$0")/slurm.sh"

train 2 undisturbed
start_slurm MpiDefault=none  # the script asks for PMIx itself
# Slurm looks at time limits every 30 seconds, and then warns whoever has less than these and 30 more left.
submit --time=1 --signal=B:USR1@30 -- run
for start in 0 1; do
  hold "$id" "$start"
  wait_log "$id" "$start" "SIGUSR1"
  tell "job $id: SIGUSR1"
  let_go "$id"
  wait_log "$id" "$start" "back into the queue"
  tell "job $id: back in the queue"
done
expect_end "$id" COMPLETED 2
expect_like_undisturbed run

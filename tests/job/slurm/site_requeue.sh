#!/bin/bash
# A site whose RequeueExit has the exit code of a stopped run, and ranks that mpirun starts: back in the queue once.
. "$(dirname "$0")/slurm.sh"

train 2 undisturbed
start_slurm RequeueExit=85
FEDFR_LAUNCHER=mpirun submit -- run
hold "$id" 0
scancel --batch --signal=USR1 "$id"  # what the time limit sends
let_go "$id"
expect_end "$id" COMPLETED 1
expect_like_undisturbed run

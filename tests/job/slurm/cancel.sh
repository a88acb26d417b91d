#!/bin/bash
# scancel ends a job and it stays ended, also where exit code 85 would bring it back; the next job goes on from there.
# A job that a more urgent one drives out comes back by itself.
. "$(dirname "$0")/slurm.sh"

train 2 undisturbed
start_slurm RequeueExit=85 PreemptType=preempt/partition_prio PreemptMode=REQUEUE
for launcher in srun mpirun; do
  FEDFR_LAUNCHER=$launcher submit -- "cancelled.$launcher"
  hold "$id" 0
  scancel "$id"  # it makes stopped processes go on
  expect_end "$id" CANCELLED 0
  expect_text "SIGTERM: ended by Slurm" "scancel with $launcher"
  submit -- "cancelled.$launcher"
  expect_end "$id" COMPLETED 0
  expect_text "resuming after round" "cancelled.$launcher"
  expect_like_undisturbed "cancelled.$launcher"
done

submit -- driven_out
hold "$id" 0
urgent=$(sbatch --parsable --partition=urgent --exclusive --output=urgent.log --wrap "sleep 1")
tell "job $urgent: urgent"
expect_end "$id" COMPLETED 1
expect_like_undisturbed driven_out

#!/bin/bash
# Failed jobs do not come back for ever: never after a wrong job file, and as often as asked for after a rank's failure.
. "$(dirname "$0")/slurm.sh"

start_slurm RequeueExit=85
submit -- wrong --batch none
expect_end "$id" FAILED 0
expect_code 2 "a wrong option"

FEDFR_LAUNCHER=telnet submit -- wrong
expect_end "$id" FAILED 0
expect_code 2 "a wrong launcher"

# A rank hangs in each start of the job.
FEDFR_RETRIES=1 submit --comment=mine -- silent --deadline 8
for start in 0 1; do
  wait_log "$id" "$start" '^round .* cohort'
  hung=$(ranks_of "$id" | tail -n 1)
  kill -STOP "$hung"
  tell "job $id: a rank hangs"
  [ "$start" -eq 1 ] || wait_log "$id" 0 "failure 1 of 1 that are forgiven; back into the queue"
done
expect_end "$id" FAILED 1
expect_code 4 "a rank that hangs"
scontrol show job "$id" | grep -q "Comment=mine fedfr-failures=1" || problem "the failures are not in the job's comment"

#!/bin/bash
# A sweep as an array: two of six cells are killed, submitted again by the same command, and collected with the rest.
. "$(dirname "$0")/slurm.sh"
fedfr_sweep=$1/fedfr-sweep

swept="100% swept/%A"  # signs that mean something in the names of logs
cp -r "$(dirname "$train_sbatch")" slurm
sed 's/^rounds = .*/rounds = 3/' "$job" >cell.cfg
cat >sweep.cfg <<END
[Sweep]
job = cell.cfg
output = 100% swept/%A
ranks = 2
sbatch = --time=10
[Data]
source = $data/faces
total-identities = 8
heldout = 8
public = 10
test-images = 3
[Axes]
clients-count = 2, 4
seed = 1, 2, 3
END

sweep() {  # sweep ARGUMENTS...: fedfr-sweep, its output in last.out and shown
  timeout -k 5 "$limit" "$fedfr_sweep" "$@" >last.out 2>&1
  code=$?
  sed 's/^/        | /' last.out
}

wait_for_empty_queue() {
  local deadline=$((SECONDS + limit))
  until [ -z "$(squeue --noheader)" ]; do
    [ "$SECONDS" -lt "$deadline" ] || { problem "still in the queue: $(squeue --noheader)"; exit 1; }
    sleep 0.2
  done
}

# shellcheck disable=SC2119  # no lines for slurm.conf
start_slurm
sweep sweep.cfg --submit
expect_code 0 "--submit"
expect_text "6 of 6 cells submitted" "--submit"
array=$(cut -d' ' -f1 "$swept/submitted.txt")
sweep sweep.cfg --submit
expect_text "nothing to submit" "--submit while the cells are in the queue"

# In the middle of the last two cells, or at least before anybody can tell that they are done.
deadline=$((SECONDS + limit))
for cell in 4 5; do
  until grep -qs '^round .* cohort' "$swept/logs/slurm-${array}_$cell.log"; do
    [ "$SECONDS" -lt "$deadline" ] || { problem "cell $cell has no round"; exit 1; }
    sleep 0.05
  done
  scancel --signal=KILL --full "${array}_$cell"
  tell "cell $cell: killed"
done
wait_for_empty_queue
sweep status "$swept"
expect_equal "$(grep -cE ' done +3/3 ' last.out)" 4 "cells that are done"

sweep sweep.cfg --submit
expect_text "2 of 6 cells submitted" "--submit again"
wait_for_empty_queue
sweep status "$swept"
expect_text "6 cells, 6 done" "the sweep"
sweep collect "$swept"
expect_equal "$(tail -n +2 "$swept/sweep.csv" | grep -c ',done,')" 6 "rows of sweep.csv"

# The bits of a run that nobody disturbed.
launch 1 train "$swept/jobs/clients-count-4_seed-3.cfg" --output alone
hash=$(final_hash)
grep -q "^clients-count-4_seed-3,.*,$hash," "$swept/sweep.csv" || problem "the killed cell has another model hash than $hash"

#!/bin/bash
# A sweep over clients and seeds: run, stopped, killed, gone on with, submitted, collected and reported.
. "$(dirname "$0")/job.sh"
fedfr_sweep=$1/fedfr-sweep
fedfr_report=$1/fedfr-report

call() {  # call PROGRAM ARGUMENTS...: its output in last.out, its exit code in $code
  timeout -k 5 "$limit" "$@" >last.out 2>&1
  code=$?
}

sed 's/^rounds = 3$/rounds = 2/' "$job" >base.cfg
cat >sweep.cfg <<END
[Sweep]
job = base.cfg
output = swept
ranks = 2
launcher = $mpiexec
[Data]
source = $data/faces
total-identities = 8
heldout = 8
public = 10
test-images = 3
[Axes]
clients-count = 2, 4
seed = 1, 2
END
cells="clients-count-2_seed-1 clients-count-2_seed-2 clients-count-4_seed-1 clients-count-4_seed-2"

call "$fedfr_sweep" sweep.cfg --dry-run --rate 100
expect_code 0 "--dry-run"
# 8 people with 7 training images, as many hard negatives, 2 rounds of an epoch
expect_text "4 of 4 cells are unfinished: 896 images" "--dry-run"
[ ! -e swept ] || problem "--dry-run has made something"

# The second cell is stopped in the middle; the sweep says so and goes on later.
: >last.out
"$fedfr_sweep" sweep.cfg --local >>last.out 2>&1 &
sweep=$!
until grep -qs "round 1/2" swept/logs/clients-count-2_seed-2.log; do
  kill -0 "$sweep" 2>/dev/null || break
  sleep 0.02
done
kill -TERM "$sweep"
wait "$sweep"
code=$?
if grep -qF "stopped with a checkpoint" last.out; then expect_code 85 "a stopped sweep"; fi
[ "$code" -eq 85 ] || [ "$code" -eq 0 ] || problem "a stopped sweep ended with $code"
[ ! -e swept/runs/clients-count-4_seed-2 ] || problem "the stopped sweep ran to its end"
call "$fedfr_sweep" status swept
expect_code 0 "status"
grep -qE '^clients-count-2_seed-1 +done +2/2' last.out || problem "status: the first cell is not done"
expect_text "clients-count-4_seed-2  waiting" "status"

# One cell cannot run: the others do, and the exit code tells.
mkdir -p swept/runs
: >swept/runs/clients-count-4_seed-1
call "$fedfr_sweep" sweep.cfg --local
expect_code 2 "a sweep with a cell that fails"
expect_text "clients-count-2_seed-1: done before" "a resumed sweep"
expect_text "clients-count-4_seed-1: FAILED with exit code 2" "a sweep with a cell that fails"
expect_text "4 cells, 1 failed, 3 done" "a sweep with a cell that fails"

# A Slurm that takes down what it is asked for.
mkdir -p bin slurm
: | tee slurm/sweep.sbatch >slurm/train.sbatch
cat >bin/sbatch <<'END'
#!/bin/sh
printf '%s\n' "$@" >sbatch.arguments
echo "77;cluster"
END
printf '#!/bin/sh\ncat queue\n' >bin/squeue
chmod +x bin/sbatch bin/squeue
sed 's/^ranks = 2$/ranks = 3\nsbatch = --gpus-per-task=1 --time=10/' sweep.cfg >submit.cfg
: >queue
PATH=$PWD/bin:$PATH call "$fedfr_sweep" submit.cfg --submit
expect_code 0 "--submit"
expect_text "1 of 4 cells submitted as job 77: 2" "--submit"
list=$(cd swept && echo cells-*.txt)
expect_equal "$(cat sbatch.arguments)" "--parsable
--array=2
--ntasks=3
--job-name=submit
--output=swept/logs/slurm-%A_%a.log
--gpus-per-task=1
--time=10
slurm/sweep.sbatch
slurm/train.sbatch
swept
$list
$fedfr" "the words for sbatch"
expect_equal "$(cat "swept/$list")" "$(for cell in $cells; do printf '%s\t%s\n' "$([[ $cell = *-2_* ]] && echo 2 || echo 3)" "$cell"; done)" "the list of cells"
echo "77 2" >queue
PATH=$PWD/bin:$PATH call "$fedfr_sweep" submit.cfg --submit
expect_text "clients-count-4_seed-1: in the queue already" "--submit again"
expect_text "nothing to submit" "--submit again"

# Names that mean something to sbatch's patterns, to shells and to others. Slurm takes arrays of at most 3 tasks here.
printf '#!/bin/sh\necho "MaxArraySize            = 3"\n' >bin/scontrol
chmod +x bin/scontrol
odd="-100%A \`x\` 'q\" é"
sed "s/^output = .*/output = $odd/; s/^ranks = 2$/ranks = 1/; s/^seed = .*/seed = 1, 2, 3, 4/" sweep.cfg |
  sed '/^\[Data\]/,/^test-images/d; /^clients-count/d' >odd.cfg
PATH=$PWD/bin:$PATH call "$fedfr_sweep" odd.cfg --submit
expect_code 0 "--submit of odd names"
expect_equal "$(sed -n 's/^--array=//p; s/^--output=//p' sbatch.arguments | xargs -d '\n' printf '%s|')" \
  "0|./${odd/\%/%%}/logs/slurm-%A_%a.log|" "the words for sbatch of odd names"
expect_equal "$(grep -c 'submitted as job' last.out)" 2 "arrays of a larger sweep"
expect_equal "$(cat "./$odd"/cells-*.txt | wc -l)" 4 "cells in the lists of a larger sweep"
[ -e "./$odd/jobs/seed-4.cfg" ] || problem "the sweep of odd names has no job files"
sed 's/^output = .*/output = a\\b/' odd.cfg >backslash.cfg
PATH=$PWD/bin:$PATH call "$fedfr_sweep" backslash.cfg --submit
expect_code 2 "--submit into a folder with a backslash"
rm bin/scontrol

rm swept/runs/clients-count-4_seed-1
call "$fedfr_sweep" sweep.cfg --local
expect_code 0 "the sweep goes on"
expect_text "4 cells, 4 done" "the sweep goes on"
call "$fedfr_sweep" sweep.cfg --local
expect_equal "$(grep -c 'done before' last.out)" 4 "cells that are passed over"

# Without standard input, output and errors no log is lost; and the sweep is told from another folder.
cat >quiet.cfg <<END
[Sweep]
job = base.cfg
output = quiet
ranks = 2
launcher = $mpiexec
[Axes]
seed = 5
END
timeout -k 5 "$limit" "$fedfr_sweep" quiet.cfg --local <&- >&- 2>&-
code=$?
grep -qs "^DONE" quiet/logs/seed-5.log || problem "a sweep without standard input has no log"
mkdir elsewhere
equal=$(cd elsewhere && "$fedfr_sweep" status "$work/quiet" | tail -n 1)
expect_equal "$equal" "1 cells, 1 done" "status from another folder"

# A cell of the sweep is a run like any other.
launch 1 train swept/jobs/clients-count-2_seed-2.cfg --output alone
expect_equal "$(final_hash)" "$(round_hashes swept/runs/clients-count-2_seed-2 | sed -n '$s/.* //p')" "model hash of a cell"

call "$fedfr_sweep" collect swept
expect_code 0 "collect"
expect_equal "$(cut -d, -f1 swept/sweep.csv | tail -n +2 | xargs)" "$cells" "the rows of sweep.csv"
expect_equal "$(grep -c '"model_hash"' swept/sweep.json)" 4 "the model hashes of sweep.json"
call "$fedfr_sweep" report swept
expect_code 0 "report"
for run in swept swept/runs/clients-count-4_seed-1; do
  [ "$run" = swept ] || call "$fedfr_report" "$run"
  expect_code 0 "the page of $run"
  expect_equal "$(grep -cE '<script|<img|<link|url\(http' "$run/report.html")" 0 "what the page of $run loads"
  if command -v gnuplot >/dev/null; then
    [ "$(grep -c '<svg' "$run/report.html")" -ge 8 ] || problem "the page of $run lacks pictures"
  fi
done
call "$fedfr_report" swept/runs/clients-count-4_seed-1 --tensorboard events --follow
expect_code 0 "--tensorboard"
for folder in events events/client_00000{0..3}; do
  [ -s "$folder/events.out.tfevents.fedfr" ] || problem "--tensorboard has written nothing to $folder"
done
call "$fedfr_report" swept/runs/clients-count-4_seed-1 --tensorboard events
expect_code 0 "--tensorboard again"
call "$fedfr_report" swept/runs/clients-count-4_seed-2 --tensorboard events
expect_code 2 "--tensorboard into the folder of another run"

# What is wrong is named.
sed 's/^total-identities = 8/total-identities = 12/' sweep.cfg >other.cfg
sed -i 's/clients-count = 2, 4/clients-count = 4/' other.cfg
mv swept/data/clients-4x2 swept/data/clients-4x3
call "$fedfr_sweep" other.cfg --local
expect_code 2 "datasets of other settings"
expect_text "swept/data/clients-4x3 was made with other settings" "datasets of other settings"
mv swept/data/clients-4x3 swept/data/clients-4x2
sed 's/^\[Axes\]/[Options]\nlr = 0.5\n[Axes]/' sweep.cfg >other.cfg
call "$fedfr_sweep" other.cfg --local
expect_code 2 "a cell with other options"
expect_text "lr was '0.01' and is now '0.5'" "a cell with other options"
sed -i '2s/.*/broken/' swept/runs/clients-count-4_seed-1/metrics.jsonl
call "$fedfr_sweep" status swept
expect_code 3 "a damaged line"
expect_text "metrics.jsonl:2 is damaged" "a damaged line"
call "$fedfr_report" "$data"
expect_code 3 "a folder that holds no run"
call "$fedfr_sweep" status "$data"
expect_code 3 "a folder that holds no sweep"

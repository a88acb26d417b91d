#!/bin/bash
# Where results and lines go: devices, pipes, links, a full disk, a reader that has gone, a terminal that was closed.
. "$(dirname "$0")/job.sh"
programs=$1
sweep=$programs/fedfr-sweep
report=$programs/fedfr-report

# lost WHAT COMMAND...: ends with 3 and a message, never by a signal, where what it prints cannot be written
lost() {
  local what=$1 how
  shift
  for how in full closed; do
    if [ "$how" = full ]; then timeout "$limit" "$@" >/dev/full 2>last.out; else timeout "$limit" "$@" >&- 2>last.out; fi
    code=$?
    expect_code 3 "$what, standard output $how"
    grep -q "standard output" last.out || problem "$what, standard output $how: no message"
  done
  timeout "$limit" "$@" >/dev/full 2>&-
  code=$?
  expect_code 3 "$what, standard output full and standard error closed"
}

train 1 run --rounds 1
printf '[Sweep]\njob = %s\noutput = swept\n[Axes]\nseed = 1, 2\n' "$job" >sweep.cfg
for program in "$fedfr" "$fedfr_data" "$sweep" "$report"; do
  lost "$(basename "$program") --version" "$program" --version
  lost "$(basename "$program") --help" "$program" --help
done
[ -x "$programs/fedfr-bench" ] && lost "fedfr-bench --help" "$programs/fedfr-bench" --help
lost "fedfr options" "$fedfr" options
lost "fedfr train --dry-run" "$fedfr" train "$job" --output dry --dry-run
lost "fedfr verify-run --json" "$fedfr" verify-run run run --json
lost "fedfr evaluate" "$fedfr" evaluate run "$data/pairs" --save kept.json
"$fedfr" evaluate run "$data/pairs" --save expected.json >/dev/null
expect_same_file kept.json expected.json
lost "fedfr-data inspect --json" "$fedfr_data" inspect "$data/parts/clients" --json
lost "fedfr-data pairs --help" "$fedfr_data" pairs --help
lost "fedfr-sweep --dry-run" "$sweep" sweep.cfg --dry-run
lost "fedfr-sweep status" "$sweep" status sweep.cfg
lost "fedfr-report" "$report" run

# A run whose reader has gone is not lost, and says at the end that its lines were.
"$fedfr" train "$job" --output read 2>last.out | head -n 1 >/dev/null
code=${PIPESTATUS[0]}
expect_code 3 "a run whose reader has gone"
grep -q "DONE model_hash" read/log.txt || problem "a run whose reader has gone: not complete in its log"
train 1 undisturbed
expect_equal "$(round_hashes read)" "$(round_hashes undisturbed)" "rounds of a run whose reader has gone"

# A job file, a sweep file from a pipe.
launch 1 train <(sed 's/^rounds = 3/rounds = 1/' "$job") --output piped
expect_code 0 "a job file from a pipe"
expect_equal "$(round_hashes piped)" "$(round_hashes run)" "a job file from a pipe"
"$sweep" <(cat sweep.cfg) --dry-run >last.out 2>&1
code=$?
expect_code 0 "a sweep file from a pipe"
mkfifo fifo
cat run/model.safetensors >fifo &
launch 1 train "$job" --output refused --init fifo
expect_code 3 "weights from a pipe"
expect_text "a regular file is needed" "weights from a pipe"
kill $! 2>/dev/null
wait $! 2>/dev/null  # as long as it lives, it may open the pipe for the next reader, and leave that with nothing

# Outputs that are no regular files.
cat fifo >through-fifo.json &
launch 1 evaluate run "$data/pairs" --save fifo
expect_code 0 "evaluate into a pipe"
wait $!
expect_same_file through-fifo.json kept.json
[ -p fifo ] || problem "the pipe was replaced"
mkdir elsewhere
ln -s elsewhere/target.json link.json
launch 1 evaluate run "$data/pairs" --save link.json
expect_same_file elsewhere/target.json kept.json
[ -L link.json ] || problem "a link was replaced"
"$fedfr" evaluate run "$data/pairs" --save /dev/stdout >printed.json 2>last.out
expect_same_file printed.json kept.json
"$fedfr" extract run "$data/pairs" embeddings >last.out 2>&1
"$fedfr" extract run "$data/pairs" /dev/stdout 2>last.out | cmp - embeddings || problem "extract to standard output differs"
"$report" run --output page.html >last.out 2>&1
"$report" run --output /dev/stdout 2>last.out | cmp - page.html || problem "a page to standard output differs"
"$fedfr_data" inspect "$data/pairs" --contact-sheet sheet.png >last.out 2>&1
"$fedfr_data" inspect "$data/pairs" --contact-sheet /dev/stdout 2>last.out | cmp - sheet.png || problem "a contact sheet to standard output differs"

# What cannot be an output is told before the work.
launch 1 evaluate run "$data/pairs" --save no/such/folder.json
expect_code 3 "a missing folder"
expect_text "there is no folder" "a missing folder"
launch 2 extract run "$data/pairs" elsewhere
expect_code 3 "a folder as an output"
expect_text "this is a folder" "a folder as an output"

launch 1 extract run "$data/pairs" embeddings.csv
expect_code 2 "embeddings as CSV"
expect_text "no CSV file" "embeddings as CSV"
echo "somebody's" >other.csv
launch 1 extract run "$data/pairs" other.safetensors
expect_code 2 "a table that nobody named"
expect_text "other.csv would be replaced" "a table that nobody named"
expect_equal "$(cat other.csv)" "somebody's" "a file of the table's name"
launch 1 extract run "$data/pairs" embeddings
expect_code 0 "embeddings once more"

# Without standard input the logs of cells are kept.
"$sweep" sweep.cfg --local <&- >last.out 2>&1
code=$?
expect_code 0 "a sweep without standard input"
expect_equal "$(grep -l "DONE model_hash" swept/logs/*.log | wc -l)" 2 "logs of cells without standard input"

# A closed terminal: a checkpoint, and 85. With nohup the run goes on.
for how in terminal nohup; do
  [ "$how" = nohup ] && trap '' HUP
  "$fedfr" train "$job" --output "$how" --local-epochs 60 >last.out 2>&1 &
  pid=$!
  trap - HUP
  while ! grep -q "^round 1" last.out && kill -0 $pid; do sleep 0.05; done
  kill -HUP $pid
  wait $pid
  code=$?
  if [ "$how" = nohup ]; then expect_code 0 "SIGHUP under nohup"; else expect_code 85 "SIGHUP"; fi
done

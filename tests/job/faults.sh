#!/bin/bash
# A rank that dies, stands still, hangs or fails ends the job on every rank, in time, with one message that tells who
# it was and what it did; a rank that is only slow does not.
. "$(dirname "$0")/job.sh"
slow_read=$4

# Rounds long enough for a fault to find them.
sed 's/^local-epochs = 1$/local-epochs = 3/' "$job" >job.cfg
job=job.cfg
deadline=8  # seconds: long enough for steps on a machine with other work
train 3 undisturbed
host=$(hostname -s)

rank_process() {  # rank_process RANK: its process id
  local process
  for process in $(ranks_of_job); do
    if grep -qz "^OMPI_COMM_WORLD_RANK=$1$" "/proc/$process/environ"; then echo "$process"; fi
  done
}

# fault NAME RANKS COMMAND...: starts a run and does something to it in its second round; how it ends in $code, and in
# $seconds how long that takes until the last process is gone
fault() {
  local name=$1 ranks=$2 processes began process
  shift 2
  begin "$ranks" train "$job" --output "$name" --deadline "$deadline"
  wait_for_text "round 1/3"
  sleep 0.3  # into the next round
  processes=$(ranks_of_job)
  began=$EPOCHREALTIME
  "$@"
  attend
  for process in $processes; do
    while kill -0 "$process" 2>/dev/null; do sleep 0.05; done
  done
  seconds=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $began }")
  printf '%s: exit code %s after %s s\n' "$name" "$code" "$seconds"
  grep -h '^fedfr: ' last.out | sed 's/^/  /'
  expect_equal "$(grep -c '^fedfr: ' last.out)" 1 "$name: messages"
  awk "BEGIN { exit !($seconds < $deadline + 60) }" || problem "$name: ended only after $seconds s"
}

# expect_message NAME REGEX: the one message names rank and host, what the rank did, and the round
expect_message() {
  grep '^fedfr: ' last.out | grep -qE "$2" || problem "$1: expected a message like '$2'"
}

# expect_recovery NAME: the same command goes on from there
expect_recovery() {
  train 2 "$1"
  expect_like_undisturbed "$1"
}

kill_rank() { kill -KILL "$(rank_process "$1")"; }
stop_rank() { kill -STOP "$(rank_process "$1")"; }

for rank in 0 2; do
  fault "killed.$rank" 3 kill_rank "$rank"
  expect_code 137 "killed.$rank"  # the launcher's own, of a rank that was killed
  expect_message "killed.$rank" "rank $rank \($host\) has died while .*, round [23]"
  expect_recovery "killed.$rank"
done

# A rank whose process the others do not see, as on another host: its silence tells, once the launcher ends the job.
if unshare --pid --fork --map-root-user true 2>/dev/null; then
  : >last.out
  "$mpiexec" -n 2 "$fedfr" train "$job" --output unseen : -n 1 unshare --pid --fork --map-root-user "$fedfr" train \
    "$job" --output unseen >>last.out 2>&1 &
  launcher=$!
  wait_for_text "round 1/3"
  sleep 0.3
  pkill -KILL -x fedfr -P "$(pgrep -P "$launcher" -x unshare)"
  attend
  [ "$code" -ne 0 ] || problem "unseen: exit code 0"
  expect_message unseen "rank 2 \($host\) has probably died: silent for [0-9.]+ s after .*, round [23]"
  expect_recovery unseen
fi

for rank in 0 2; do
  fault "stopped.$rank" 3 stop_rank "$rank"
  expect_code 4 "stopped.$rank"
  expect_message "stopped.$rank" "rank $rank \($host\) stands still: .* for [0-9]+ s; it was .*, round [23]"
  expect_recovery "stopped.$rank"
done

# A read of the clients' data that never returns, in rank 1.
export LD_PRELOAD=$slow_read SLOW_READ_RANK=1 SLOW_READ_FILE=clients/shard_00000.h5 SLOW_READ_WHILE=$PWD/slow
SLOW_READ_SECONDS=1000 fault hung 3 touch slow
expect_code 4 hung
expect_message hung "rank 1 \($host\) hangs: .* for [0-9]+ s while (training its clients|evaluating).*, round [23]"
rm slow
expect_recovery hung

# Reads that are slow, so that the others wait for much longer than the deadline: nobody is to blame. Nor do the bits
# depend on how far the prefetching of images gets ahead.
deadline=3
touch slow
SLOW_READ_SECONDS=0.03 launch 3 train "$job" --output slow.run --deadline "$deadline"
expect_code 0 "a slow rank"
expect_like_undisturbed slow.run
longest=$(sed -n 's/.*"seconds":\([0-9.]*\),"terms".*/\1/p' slow.run/metrics.jsonl | sort -n | tail -n 1)
rm slow
unset LD_PRELOAD
awk "BEGIN { exit !($longest > 2 * $deadline) }" || problem "the slow rank was not slow: $longest s a round"

# Damage that only the rank which trains the last client meets.
cp -r "$data/parts/clients" clients
sed -i "s|^clients = .*|clients = clients|; s|^\[Evaluation\]|&\npersonalised = false|" job.cfg
damage() {
  local offset
  for ((offset = 300000; offset < 360000; offset += 3000)); do flip_bit clients/shard_00000.h5 "$offset"; done
}
fault damaged 2 damage
expect_code 3 damaged
expect_message damaged "rank [0-2] \($host\): .* clients/shard_00000.h5 .*while training its clients, round [23], client 3"

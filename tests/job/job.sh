# shellcheck shell=bash
# Sourced by the tests of whole programs. Arguments of each of them: PROGRAM_FOLDER DATA_FOLDER MPIEXEC SLOW_READ_LIBRARY
# FLOCK_FAILS_LIBRARY
#
# A test runs in an empty folder of its own beside the data. Checks note what is wrong and go on; the exit code of the
# test tells at its end.
set -u
fedfr=$1/fedfr
# shellcheck disable=SC2034  # for the tests
fedfr_data=$1/fedfr-data
data=$(cd "$2" && pwd)
mpiexec=$3
job=$data/job.cfg
limit=${FEDFR_JOB_LIMIT:-300}  # seconds until a program counts as hung
failed=0
code=0

# Tests of two folders may have one name.
work=$data/work/$(basename "$(dirname "$0")")-$(basename "$0" .sh)
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
trap 'exit $failed' EXIT
: >last.out

problem() {  # problem TEXT: a check has failed; shows, once, what the last program printed
  echo "FAILED: $1"
  if [ -s last.out ]; then
    echo "  the last program ended with $code and printed:"
    tail -n 40 last.out | sed 's/^/  | /'
    : >last.out
  fi
  failed=1
}

# launch RANKS ARGUMENTS...: fedfr as a job, its output in last.out, its exit code in $code
launch() {
  local ranks=$1
  shift
  if [ "$ranks" -eq 1 ]; then
    timeout -k 5 "$limit" "$fedfr" "$@" >last.out 2>&1
  else
    timeout -k 5 "$limit" "$mpiexec" -n "$ranks" "$fedfr" "$@" >last.out 2>&1
  fi
  code=$?
}

expect_code() {  # expect_code CODE WHAT
  [ "$code" -eq "$1" ] || problem "$2: expected exit code $1"
}

expect_text() {  # expect_text TEXT WHAT: printed exactly once
  local lines
  lines=$(grep -cF -- "$1" last.out)
  [ "$lines" -eq 1 ] || problem "$2: expected the text '$1' once, found it on $lines line(s)"
}

expect_equal() {  # expect_equal ACTUAL EXPECTED WHAT
  [ "$1" = "$2" ] || problem "$3: expected '$2', found '$1'"
}

expect_same_file() {  # expect_same_file ACTUAL EXPECTED
  cmp "$1" "$2" || problem "$1 differs from $2"
}

final_hash() {  # of the run that printed last.out
  sed -n 's/^DONE model_hash=\([0-9a-f]\{16\}\) .*/\1/p' last.out
}

round_hashes() {  # round_hashes RUN: "ROUND HASH" of each round event of its metrics
  sed -n 's/.*"event":"round".*"model_hash":"\([0-9a-f]*\)".*"round":\([0-9]*\).*/\2 \1/p' "$1/metrics.jsonl"
}

events() {  # events RUN: "EVENT ROUND" of each line of its metrics, but not how often it was started
  sed '/"event":"start"/d; s/.*"event":"\([a-z]*\)".*"round":\([0-9]*\).*/\1 \2/' "$1/metrics.jsonl"
}

# train RANKS RUN ARGUMENTS...: a run that has to end well
train() {
  local ranks=$1 run=$2
  shift 2
  launch "$ranks" train "$job" --output "$run" "$@"
  [ "$code" -eq 0 ] && return
  problem "$run on $ranks rank(s): expected exit code 0"
  exit 1
}

flip_bit() {  # flip_bit FILE OFFSET
  local byte
  byte=$(od -An -tu1 -j"$2" -N1 "$1")
  printf '%b' "\\x$(printf '%02x' $((byte ^ 16)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# begin RANKS ARGUMENTS...: the same in the background, always under the launcher; its process id in $launcher
begin() {
  local ranks=$1
  shift
  : >last.out  # before anybody waits for a text in it
  "$mpiexec" -n "$ranks" "$fedfr" "$@" >>last.out 2>&1 &
  launcher=$!
}

# attend: waits for what was begun, for at most $limit seconds; its exit code in $code. Open MPI 4.1's launcher can hang
# when a rank dies while it connects to it: no program has begun then, none can notice, and the launcher is killed as
# its user would do it.
attend() {
  local deadline=$((SECONDS + limit)) start=$((SECONDS + 120))
  while kill -0 "$launcher" 2>/dev/null; do
    if [ "$SECONDS" -ge "$start" ] && ! grep -q "^# fedfr" last.out; then
      echo "mpiexec hung before fedfr began"
      end_job
    elif [ "$SECONDS" -ge "$deadline" ]; then
      problem "the job hung for $limit s"
      end_job
    fi
    sleep 0.1
  done
  wait "$launcher" 2>/dev/null
  code=$?
}

end_job() {
  ranks_of_job | xargs -r kill -KILL
  kill -KILL "$launcher"
}

ranks_of_job() {  # the process ids of the ranks of what was begun
  pgrep -P "$launcher" -x fedfr
}

wait_for_text() {  # wait_for_text TEXT: until the job that was begun prints it, or ends
  while ! grep -qF -- "$1" last.out && kill -0 "$launcher" 2>/dev/null; do sleep 0.05; done
}

# expect_like_undisturbed RUN: the finished run whose output is last.out has the bits of the run `undisturbed`,
# each round once in its metrics, and leaves nothing temporary behind
expect_like_undisturbed() {
  local files
  expect_equal "$(final_hash)" "$(round_hashes undisturbed | sed -n '$s/.* //p')" "$1: model hash"
  expect_equal "$(round_hashes "$1")" "$(round_hashes undisturbed)" "$1: the rounds in its metrics"
  expect_equal "$(events "$1")" "$(events undisturbed)" "$1: the events in its metrics"
  for files in personalized evaluation; do
    diff -r "$1/$files" "undisturbed/$files" || problem "$1: $files differ from the undisturbed run"
  done
  expect_equal "$(find "$1" -name '*.tmp')" "" "$1: temporary files left behind"
}

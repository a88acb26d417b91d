#!/bin/bash
# Stopped or killed at any instant, by any signal, in any rank: the same command goes on and ends with the same bits.
. "$(dirname "$0")/job.sh"

# Rounds long enough for a signal to find them.
sed 's/^local-epochs = 1$/local-epochs = 2/' "$job" >job.cfg
job=job.cfg
train 2 undisturbed

# stop HOW RUN RANKS: starts a run and sends it a signal in its second round
stop() {
  local how=$1 run=$2 ranks=$3
  begin "$ranks" train "$job" --output "$run"
  wait_for_text "round 1/3"
  case $how in
    launcher.*) kill -s "${how#launcher.}" "$launcher" ;;
    rank.*) kill -s "${how#rank.}" "$(ranks_of_job | tail -n 1)" ;;
  esac
  attend
}

for how in launcher.USR1 rank.TERM; do
  stop "$how" "stopped.$how" 2
  expect_code 85 "stopped.$how"
  expect_text "stopped on request" "stopped.$how"
  train 3 "stopped.$how"
  expect_text "resuming after round" "stopped.$how"
  expect_like_undisturbed "stopped.$how"
done

# A launcher that gets SIGTERM passes it on, but exits with a code of its own.
stop launcher.TERM stopped.launcher.TERM 2
[ "$code" -ne 0 ] || problem "stopped.launcher.TERM: exit code 0 of a run that is not done"
train 1 stopped.launcher.TERM
expect_text "resuming after round" stopped.launcher.TERM
expect_like_undisturbed stopped.launcher.TERM

# A finished run that is started again has nothing to do.
train 1 stopped.rank.TERM
expect_like_undisturbed stopped.rank.TERM

completed_rounds() {
  find "$1/checkpoint" -name 'round_*.ckpt' 2>/dev/null | sort | tail -n 1 | sed 's/.*round_0*\([0-9]\+\)\.ckpt/\1/'
}

# strike VICTIM: kills, without a word of warning, one rank, all ranks, or the launcher
strike() {
  case $1 in
    one) ranks_of_job | sed -n "$((1 + RANDOM % 2))p" ;;
    all) ranks_of_job ;;
    launcher) echo "$launcher" ;;
  esac | xargs -r kill -KILL 2>/dev/null
}

RANDOM=${FEDFR_JOB_SEED:-$$}
echo "random instants: repeat them with FEDFR_JOB_SEED=${FEDFR_JOB_SEED:-$$}"
for victim in one all launcher; do
  run=killed.$victim
  for phase in any training training; do
    ranks=$((1 + RANDOM % 3))
    begin "$ranks" train "$job" --output "$run"
    [ "$phase" = any ] || wait_for_text "hn-cap = 1"  # in the banner, right before training
    sleep "0.$((RANDOM % 10))"
    strike "$victim"
    attend
    case $code in
      0 | 137) ;;
      *) problem "$run: a killed job ended with $code" ;;
    esac
    echo "$run on $ranks rank(s): exit code $code after $(completed_rounds "$run") round(s)"
    # Ranks that outlive their launcher hold the folder until they notice.
    [ ! -e "$run/lock" ] || flock -w "$limit" "$run/lock" true || problem "$run: a rank lives on"
  done
  train 2 "$run"
  expect_like_undisturbed "$run"
done

#!/bin/bash
# Runs on 1 to 4 ranks that are struck at random instants, again and again, each time started anew on another number of
# ranks: all of them end with the bits of an undisturbed run. FEDFR_CHAOS_STRIKES says how many strikes have to hit.
. "$(dirname "$0")/job.sh"

strikes=${FEDFR_CHAOS_STRIKES:-12}
seed=${FEDFR_JOB_SEED:-$$}
RANDOM=$seed
echo "random instants: repeat them with FEDFR_JOB_SEED=$seed"

begun=$(date +%s%N)
train 2 undisturbed
duration=$((($(date +%s%N) - begun) / 1000000))

strike() {  # strike HOW: what happens to clusters
  local victim
  victim=$(ranks_of_job | shuf -n 1 --random-source=<(yes "$RANDOM"))
  case $1 in
    kill.one) kill -KILL "$victim" ;;
    kill.all) ranks_of_job | xargs -r kill -KILL ;;
    kill.launcher) kill -KILL "$launcher" ;;
    term.one) kill -TERM "$victim" ;;
    term.launcher) kill -TERM "$launcher" ;;
    usr1.launcher) kill -USR1 "$launcher" ;;
    stop.one)  # not before the deadline of the run is known to all
      wait_for_text "hn-cap = 1"
      kill -STOP "$victim"
      wake_last "$victim" &
      ;;
  esac 2>/dev/null
}

# wake_last VICTIM: a rank that was stopped when all others had ended well has nobody left who could end it
wake_last() {
  local alone=0
  while kill -0 "$launcher" 2>/dev/null && [ "$alone" -lt 10 ]; do
    if [ "$(ranks_of_job)" = "$1" ]; then alone=$((alone + 1)); else alone=0; fi
    sleep 0.5
  done
  kill -CONT "$1" 2>/dev/null
}

# disturb RUN: one start with one strike
disturb() {
  local run=$1 how ranks=$((1 + RANDOM % 4)) delay=$((RANDOM % duration))
  how=$(printf '%s\n' kill.{one,all,launcher} term.{one,launcher} usr1.launcher stop.one | sed -n "$((1 + RANDOM % 7))p")
  if [ "$how.$ranks" = stop.one.1 ]; then ranks=2; fi  # of a job that stands still as a whole, nobody is left to tell
  begin "$ranks" train "$job" --output "$run" --deadline 20
  sleep "$((delay / 1000)).$(printf %03d $((delay % 1000)))"
  strike "$how"
  attend
  [ ! -e "$run/lock" ] || flock -w "$limit" "$run/lock" true || problem "$run: a rank lives on"
  [ "$code" -eq 0 ] || { hits=$((hits + 1)) && tally[$how]=$((${tally[$how]:-0} + 1)); }
  case $how.$code in  # the launcher's own codes where it or a rank died
    *.0 | kill.*.137 | *.85 | stop.one.4 | term.launcher.* | usr1.launcher.*) ;;
    term.one.4) ;;  # a rank that had not come to its handler yet
    term.one.143) ;;
    *) problem "$run, $how after $delay ms on $ranks rank(s): exit code $code" ;;
  esac
}

declare -A tally=()
hits=0 runs=0
while [ "$hits" -lt "$strikes" ]; do
  runs=$((runs + 1))
  run=run.$runs
  for _ in 1 2 3 4 5; do
    disturb "$run"
    if [ "$code" -eq 0 ] || [ "$hits" -ge "$strikes" ]; then break; fi
  done
  train $((1 + RANDOM % 4)) "$run" --deadline 20
  expect_like_undisturbed "$run"
  expect_equal "$(grep '"event":"client"' "$run/metrics.jsonl" | grep -o '"client":[0-9]*\|"round":[0-9]*' | paste - - | sort | uniq -d)" \
    "" "$run: clients that count twice in a round"
  [ "$failed" -eq 0 ] || exit 1
  rm -r "$run"
  echo "$hits of $strikes strikes in $runs runs"
done
for how in "${!tally[@]}"; do echo "$how: ${tally[$how]}"; done | sort
echo "$hits strikes on $runs runs: all ended with model_hash $(round_hashes undisturbed | sed -n '$s/.* //p')"

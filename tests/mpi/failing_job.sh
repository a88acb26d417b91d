#!/bin/sh
# failing_job.sh MODE EXIT_CODE TEXT COMMAND...: runs the job and compares how, and how soon, it ends.
mode=$1 expected=$2 text=$3
shift 3
start=$(date +%s)
output=$(timeout 50 "$@" "$mode" 2>&1)
code=$?
seconds=$(($(date +%s) - start))
printf '%s\nended with exit code %s after %s s\n' "$output" "$code" "$seconds"
[ "$code" -eq "$expected" ] || { echo "expected exit code $expected"; exit 1; }
[ "$seconds" -lt 25 ] || { echo "expected an end within 25 s"; exit 1; }
case $output in *"$text"*) ;; *) echo "expected the text: $text"; exit 1 ;; esac

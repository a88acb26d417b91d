#!/bin/bash
# `fedfr doctor` finds nothing wrong where nothing is, and names what is.
. "$(dirname "$0")/job.sh"

verdict_of() { sed -n "s/^\([a-z]*\) *$1 .*/\1/p" last.out; }  # verdict_of CHECK

for ranks in 1 2; do
  launch "$ranks" doctor --output results/new --json findings.json
  expect_equal "$(verdict_of waiting)" ok "$ranks rank(s): waiting"
  expect_code 0 "$ranks rank(s)"
  expect_text " 0 fail" "$ranks rank(s)"
  for check in launch ranks allreduce output locks writing; do
    expect_equal "$(verdict_of $check)" ok "$ranks rank(s): $check"
  done
  grep -q "\"ranks\": $ranks" findings.json || problem "findings.json does not have $ranks rank(s)"
  expect_equal "$(grep -c '"verdict": "ok"' findings.json)" "$(grep -c '^ok ' last.out)" "checks in findings.json"
done
expect_equal "$(ls -A)" "findings.json
last.out" "files left behind"

# A folder that nobody can write into, not even root.
launch 2 doctor --output /proc/results
expect_code 3 "/proc"
expect_equal "$(verdict_of output)" fail "/proc"
expect_text "cannot write into /proc" "/proc"
touch file
launch 1 doctor --output file/results
expect_code 3 "a file as a folder"
launch 2 doctor --json /proc/findings.json
expect_code 3 "findings into /proc"

# A rank that is bound to one of several processors.
if [ "$(nproc --all)" -gt 1 ]; then
  launch_bound() { taskset --cpu-list 0 "$mpiexec" -n 1 "$fedfr" doctor >last.out 2>&1; }
  launch_bound
  expect_equal "$(verdict_of processors)" warn "a bound rank"
  expect_text "--bind-to none" "a bound rank"
fi

# Threads wait as the user says, and briefly where nobody says and others want the same processors.
OMP_WAIT_POLICY=active launch 1 doctor
expect_text "as the environment says (OMP_WAIT_POLICY=active" "a policy of the user"
unset GOMP_SPINCOUNT
loops=()
for _ in $(seq $(($(nproc) * 2))); do
  while :; do :; done &
  loops+=($!)
done
launch 1 doctor
kill "${loops[@]}"
expect_text "spin briefly, then sleep (GOMP_SPINCOUNT=" "no policy"
expect_text "cpu quota" "the quota, or that there is none"

# Folders for temporary files that MPI cannot use.
TMPDIR=$PWD/missing launch 1 doctor
expect_code 3 "no TMPDIR"
expect_text "TMPDIR=$PWD/missing: the folder for temporary files, which MPI needs, cannot be used: No such file" "no TMPDIR"
touch no-folder
TMPDIR=$PWD/no-folder launch 1 doctor
expect_code 3 "a file as TMPDIR"
[ ! -e missing ] || problem "TMPDIR was made"
rm no-folder

# Launchers that do not fit.
SLURM_NTASKS=4 launch 1 doctor
expect_code 0 "a task of four"
expect_equal "$(verdict_of launch)" warn "a task of four"
PMI_SIZE=2 launch 1 doctor
expect_code 4 "the launcher of another MPI"
expect_equal "$(verdict_of launch)" fail "the launcher of another MPI"
for task in 0 1; do
  SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=$task launch 1 doctor
  expect_code 4 "srun without PMIx"
  expect_equal "$(grep -c 'srun --mpi=pmix' last.out)" "$((1 - task))" "messages of task $task"
done

launch 1 doctor --fast
expect_code 2 "an unknown option"
expect_text "--fast" "an unknown option"

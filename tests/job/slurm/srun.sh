#!/bin/bash
# `fedfr doctor` under srun: two ranks with PMIx; without it two strangers, and the message that says so. In a step's shell,
# with or without PMIx, each program is a job of one rank, as often as one likes; mpirun in it has the ranks it is asked for.
. "$(dirname "$0")/slurm.sh"

start_slurm MpiDefault=none
srun --mpi=pmix --ntasks=2 "$fedfr" doctor >last.out 2>&1
code=$?
expect_code 0 "srun with PMIx"
expect_text "2 rank(s), as the launcher says" "srun with PMIx"
cat last.out
srun --ntasks=2 "$fedfr" doctor >last.out 2>&1
code=$?
expect_code 4 "srun without PMIx"
expect_text "use srun --mpi=pmix" "srun without PMIx"
grep '^fedfr:' last.out

in_shell() {  # in_shell SRUN_OPTIONS...: doctor twice in the shell of a step
  srun "$@" bash -c "'$fedfr' doctor && '$fedfr' doctor; exit" >last.out 2>&1
  code=$?
  expect_code 0 "the shell of srun $*"
  expect_equal "$(grep -c '1 rank(s) on 1 host(s)' last.out)" 2 "the shell of srun $*: jobs of one rank"
}
in_shell --ntasks=1 --mpi=none
in_shell --ntasks=1 --mpi=pmix
# A terminal for --pty.
script -qec "srun --ntasks=2 --mpi=pmix --pty bash -c \"'$fedfr' doctor && '$fedfr' doctor; exit\"" /dev/null >last.out 2>&1
expect_equal "$(grep -c '1 rank(s) on 1 host(s)' last.out)" 2 "the terminal of srun --ntasks=2 --pty: jobs of one rank"
srun --ntasks=1 --mpi=none bash -c "'$mpiexec' -n 2 '$fedfr' doctor; exit" >last.out 2>&1
code=$?
expect_code 0 "mpirun in a step's shell"
expect_text "2 rank(s), as the launcher says" "mpirun in a step's shell"
salloc --quiet --ntasks=2 bash -c "'$fedfr' doctor; exit" >last.out 2>&1
code=$?
expect_code 0 "salloc"
expect_text "one rank in a Slurm job of 2 tasks" "salloc"

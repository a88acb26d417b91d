#!/bin/bash
# `fedfr doctor` under srun: two ranks with PMIx; without it two strangers, and the message that says so.
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

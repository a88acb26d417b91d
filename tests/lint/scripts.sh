#!/bin/sh
# scripts.sh SOURCE_FOLDER: shellcheck has nothing to say about the shell scripts.
cd "$1" || exit 1
command -v shellcheck >/dev/null || { echo "NEEDS shellcheck"; exit 77; }
find .ci tools tests slurm -type f \( -name '*.sh' -o -name '*.sbatch' -o -name run \) -print0 | xargs -0 shellcheck

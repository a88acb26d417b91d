#!/bin/bash
# A disk that runs full: exit code 3, the last checkpoint is intact, and with space again the run goes on.
if [ "${FEDFR_JOB_OWN_MOUNTS:-}" != yes ]; then
  # Mounts of a namespace of its own vanish with the test, however it ends.
  export FEDFR_JOB_OWN_MOUNTS=yes
  unshare --map-root-user --mount true 2>/dev/null || { echo "NEEDS a kernel that lets users mount"; exit 77; }
  exec unshare --map-root-user --mount "$0" "$@"
fi
. "$(dirname "$0")/job.sh"

train 2 undisturbed
mkdir small
mount -t tmpfs -o size=16m tmpfs small || exit 77
train 2 small/run --rounds 1
used=$(du -sk small | cut -f1)
# Room for a part of what the next round writes.
for room in 40 200 400; do
  mount -o "remount,size=$((used + room))k" small
  launch 2 train "$job" --output small/run
  expect_code 3 "$room kB left"
  expect_text "No space left on device" "$room kB left"
  expect_equal "$(find small -name '*.tmp')" "" "$room kB left: temporary files"
done
mkdir scratch
mount -t tmpfs -o size=4k scratch || exit 77
mount -o remount,size=16m small
launch 2 train "$job" --output small/run --feature-memory 0 --scratch scratch
expect_code 3 "a full --scratch"
expect_text "or raise --feature-memory" "a full --scratch"
train 2 small/run
expect_like_undisturbed small/run

mkdir temporary
mount -t tmpfs -o size=1m temporary || exit 77
TMPDIR=$PWD/temporary launch 1 train "$job" --output small/run
expect_code 3 "a full TMPDIR"
expect_text "MB of room left, but 17 are needed" "a full TMPDIR"

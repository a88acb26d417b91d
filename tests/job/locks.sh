#!/bin/bash
# On file systems without locks datasets are made and read all the same, whatever HDF5 is told, and `fedfr doctor` says
# what locks are needed for.
. "$(dirname "$0")/job.sh"
flock_fails=$5

make() {  # make ARGUMENTS...: fedfr-data, as launch
  timeout -k 5 "$limit" "$fedfr_data" "$@" >last.out 2>&1
  code=$?
}

export HDF5_USE_FILE_LOCKING=TRUE
make synth locked --identities 6 --images 4 --size 24
expect_code 0 "making a collection"
exec 8<locked/shard_00000.h5
flock -x 8
make verify locked
expect_code 0 "a shard that another program has locked"
exec 8<&-

for errno in 5 37 95; do  # EIO, ENOLCK, EOPNOTSUPP
  export LD_PRELOAD=$flock_fails FLOCK_ERRNO=$errno
  make synth faces-$errno --identities 6 --images 4 --size 24
  expect_code 0 "synth with errno $errno"
  make split faces-$errno --output parts-$errno --clients 1 --identities-per-client 2 --heldout 2
  expect_code 0 "split with errno $errno"
  make inspect parts-$errno/clients
  expect_code 0 "inspect with errno $errno"
  make verify parts-$errno/clients
  expect_code 0 "verify with errno $errno"
  unset LD_PRELOAD
done

export FLOCK_ERRNO=37
LD_PRELOAD=$flock_fails launch 1 doctor --output results
expect_code 0 "doctor without locks"
expect_equal "$(sed -n 's/^\([a-z]*\) *locks .*/\1/p' last.out)" warn "doctor without locks"
expect_text "No locks available" "doctor without locks"
expect_text "one job at a time in a run directory" "doctor without locks"
if grep -q HDF5_USE_FILE_LOCKING last.out; then problem "doctor's advice is about HDF5"; fi

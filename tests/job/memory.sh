#!/bin/bash
# The peak memory of a rank does not grow with the number of clients.
. "$(dirname "$0")/job.sh"

"$fedfr_data" synth faces --identities 810 --images 3 --size 32 >last.out
for clients in 4 40 400; do
  "$fedfr_data" split faces --output "$clients" --clients "$clients" --identities-per-client 2 --public 10 \
    --test-images 1 >last.out
  limit=300
  launch 1 train "$job" --output "run.$clients" --clients "$clients/clients" --public "$clients/public" \
    --personalised false --rounds 2
  expect_code 0 "$clients clients"
  peak[clients]=$(sed -n 's/^DONE .*peak_memory_mb=\([0-9]*\).*/\1/p' last.out)
  echo "$clients clients: ${peak[clients]} MB"
done
[ $((peak[400] * 100)) -le $((peak[4] * 110)) ] || problem "memory grows by more than a tenth"

#!/bin/bash
# Networks with batch norm: the same bits on any number of ranks and after a kill, whatever becomes of their statistics.
. "$(dirname "$0")/job.sh"

# A batch of 7 leaves a batch of one image at the end of some epochs.
sed -e 's/^backbone = .*/backbone = mobilefacenet/' -e 's/^width = .*/width = 0.1/' -e 's/^batch = .*/batch = 7/' \
  "$job" >norms.cfg
job=norms.cfg

hashes=
for norms in average local frozen; do
  train 1 "$norms.1" --norm-statistics "$norms"
  hashes+="$(final_hash)"$'\n'
  ranks="2 3"
  [ "$norms" = average ] || ranks=3
  for n in $ranks; do
    train "$n" "$norms.$n" --norm-statistics "$norms"
    expect_equal "$(round_hashes "$norms.$n")" "$(round_hashes "$norms.1")" "$norms: hashes on $n ranks"
    for file in "$norms.1"/personalized/* "$norms.1"/evaluation/*; do
      expect_same_file "$norms.$n/${file#*/}" "$file"
    done
  done
done
expect_equal "$(sort -u <<<"${hashes%$'\n'}" | wc -l)" 3 "different models"

for norms in average local; do
  begin 2 train "$job" --output "killed.$norms" --norm-statistics "$norms"
  wait_for_text "round 1/3"
  ranks_of_job | tail -n 1 | xargs -r kill -KILL
  attend
  train 2 "killed.$norms" --norm-statistics "$norms"
  expect_equal "$(round_hashes "killed.$norms")" "$(round_hashes "$norms.1")" "$norms: hashes after a kill"
done

train 2 iresnet --backbone iresnet18 --rounds 1
expect_text "DONE model_hash" "an iresnet"
launch 1 train "$data/job.cfg" --output none --norm-statistics local
expect_code 2 "local batch norms of a network without any"
expect_text "has no batch norm" "local batch norms of a network without any"

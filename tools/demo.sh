#!/usr/bin/env bash
# Builds fedfr and runs FedFR on procedural faces, on 2 processes: data, first model, federated rounds, pictures.
# Run it again at any time: what is done is skipped, what was stopped goes on. Results lie in demo/.
#
#   tools/demo.sh           from nothing to a trained model
#   tools/demo.sh --fresh   throw the results of an earlier demo away first
set -Eeuo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n=== demo: %s\n' "$*"; }

# data FOLDER COMMAND...: makes a folder of data unless it is there; fedfr-data lets it appear whole or not at all.
data() {
  local folder=$1
  shift
  [ -d "$folder" ] && return
  rm -rf "$folder".tmp-* "$folder".partial-*
  "$bin/fedfr-data" "$@" --output "$folder"
}

case "${1:-}" in
  "") ;;
  --fresh) rm -rf demo/faces demo/parts demo/pairs demo/pretrained demo/run demo/*.tmp-* demo/*.partial-* ;;
  *)
    echo "usage: tools/demo.sh [--fresh]" >&2
    exit 2
    ;;
esac
trap 'say "stopped with exit code $?; the same command goes on from there, --fresh starts over" >&2' ERR

say "building"
tools/setup.sh
cmake --preset release ${FEDFR_CUDA:+-DFEDFR_CUDA="$FEDFR_CUDA"} >/dev/null
cmake --build --preset release --target fedfr fedfr-data
bin=build/release/bin

say "data: procedural faces, 8 clients, public people, and people that nobody trains on"
mkdir -p demo
data demo/faces synth --identities 340 --images 30 --size 56 --nuisance 0.7
data demo/parts split demo/faces --clients 8 --identities-per-client 10 --heldout 60 --test-share 0.4
data demo/pairs pairs --from demo/parts/heldout --genuine 4000 --impostor 4000
$bin/fedfr-data inspect demo/faces --contact-sheet demo/faces.png --identities 8 --images 12 >/dev/null

# For Open MPI: root may start jobs (in a container, for one), and a rank that waits leaves its processor to the others.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1

say "the model to start from: ordinary training on the public faces"
mpirun -np 2 --oversubscribe --bind-to none $bin/fedfr train jobs/demo-pretrain.cfg

say "FedFR: every client trains on its own people, only models travel"
mpirun -np 2 --oversubscribe --bind-to none $bin/fedfr train jobs/demo.cfg

say "done"
cat <<END
the faces            demo/faces.png
the curves           demo/run/pictures/
every round's facts  demo/run/metrics.jsonl
to compare           mpirun -np 2 $bin/fedfr train jobs/demo.cfg --algorithm fedavg --output demo/fedavg
END

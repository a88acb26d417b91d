#!/bin/bash
# The data of all tests of whole programs: 40 procedural identities, 4 clients, a public set, pairs, a job file.
set -eu
fedfr_data=$1/fedfr-data
folder=$2
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
"$fedfr_data" synth faces --identities 40 --images 10 --size 32
"$fedfr_data" split faces --output parts --clients 4 --identities-per-client 3 --heldout 8 --public 10 --test-images 3
"$fedfr_data" pairs --from parts/heldout --output pairs --genuine 200 --impostor 200 --folds 4
cat >job.cfg <<END
[Run]
rounds = 3
threads = 1
device = cpu
[Data]
clients = $PWD/parts/clients
public = $PWD/parts/public
benchmark = $PWD/pairs
[Model]
backbone = mobile
width = 0.25
embedding = 32
[Local training]
local-epochs = 1
adaptive-epochs = false
batch = 8
lr = 0.01
[Objective]
hn-cap = 1
[Evaluation]
fars = 1e-1
fpirs = 1e-1
pictures = false
END

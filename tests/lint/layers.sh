#!/bin/sh
# layers.sh SOURCE_FOLDER: every #include between layers points to the right of
#   { app, report } -> run -> { fl, eval } -> { nn, data, comm } -> core
# and within a layer every #include between its rooms likewise. Siblings in braces do not use one another.
cd "$1" || exit 1
failed=0
check() {  # check LAYER_OR_ROOM ALLOWED...: what allows a layer without its rooms ends with /
  place=$1
  allowed=$(echo "$*" | tr ' ' '|')
  # A room is looked at with what lies below it, a layer that has rooms ("run/") only as far as its own files go.
  case $place in */) depth='-maxdepth 1' ;; *) depth='' ;; esac
  # shellcheck disable=SC2086  # two words or none
  if find "include/fedfr/$place" "src/$place" $depth -name '*.[ch]*' -exec \
    grep -HnE '#include [<"](fedfr/)?[a-z_]+/.*\.hpp[">]' {} + 2>/dev/null |
    grep -E '#include [<"](fedfr/)?(core|comm|data|nn|fl|eval|run|app|report)/' |
    grep -vE "[<\"](fedfr/)?($allowed)(/|[a-z0-9_]+\.hpp)"; then
    echo "^ $place may include only: $*"
    failed=1
  fi
}
check core
check comm core
check data core
check nn core
check fl nn data comm core
check eval nn data comm core
check run fl eval nn data comm core
check app run fl eval nn data comm core
check report run fl eval data core

# { inspect, import, export, split, synth } -> storage -> augment -> codec
check data/codec core
check data/augment data/codec core
check data/storage data/augment data/codec core
check data/export data/storage data/codec core
check data/import data/storage data/codec core
check data/split data/storage data/codec core
check data/inspect data/storage data/codec core
check data/synth data/storage data/codec core
check data/templates data/import data/storage data/codec core
# central -> { client, server } -> what both share -> parts, and what ranks share of one training below client
check fl/parts nn core
check fl/parallel nn comm core
check fl/ fl/parts nn comm core
check fl/client fl/ fl/parallel fl/parts nn data comm core
check fl/server fl/ fl/parts nn comm core
check fl/central fl/ fl/client fl/parallel fl/parts nn data comm core
# weights -> backbones -> the rest of the layer and kernels
check nn/kernels core
check nn/weights nn/ nn/kernels nn/backbones core
check nn/ nn/kernels nn/backbones core
check nn/margins nn/ nn/kernels core
# { templates, probe } -> intervals -> the rest of the layer
check eval/ nn data comm core eval/
check eval/intervals eval/ core
check eval/templates eval/ eval/intervals data core
check eval/probe eval/ eval/intervals nn data comm core
# the running itself -> record -> { options, pictures }
check run/options core
check run/pictures eval core
check run/central run/ run/record run/options fl eval nn data comm core
check run/record run/options run/pictures fl eval nn data comm core

# A part knows the kinds of parts and no other part.
kinds='algorithm|client_end|gradient_correction|named_tensors|personal_model|phase|public_images|server_step|start|tensor_roles|term'
for part in src/fl/parts/*.cpp include/fedfr/fl/parts/*.hpp; do
  name=$(basename "${part%.*}")
  if grep -HnE '#include "fedfr/fl/parts/' "$part" | grep -vE "parts/($kinds|$name)\.hpp"; then
    echo "^ $part may include kinds of parts only"
    failed=1
  fi
done

rooms='data/(augment|codec|export|import|import/sources|import/sources/(pairs|parquet|record|tar)|inspect|split|storage|synth|templates)|eval/(intervals|probe|templates)|fl/(central|client|parallel|parts|server)|nn/(backbones|kernels|margins|weights)|run/(central|options|pictures|protocols|record)'
layers='core|comm|data|nn|fl|eval|run|app|report'
for folder in $(find include/fedfr src -mindepth 1 -type d | sed 's,^include/fedfr/,,; s,^src/,,' | sort -u); do
  echo "$folder" | grep -qE "^($layers|$rooms)\$" || { echo "$folder is neither a layer nor a room"; failed=1; }
done
exit $failed

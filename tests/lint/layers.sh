#!/bin/sh
# layers.sh SOURCE_FOLDER: every #include between layers points to the right of
#   { app, report } -> run -> { fl, eval } -> { nn, data, comm } -> core
# Siblings in braces do not use one another.
cd "$1" || exit 1
failed=0
check() {  # check LAYER ALLOWED_LAYERS...
  layer=$1
  allowed=$(echo "$*" | tr ' ' '|')
  if grep -rnE '#include [<"]fedfr/' "include/fedfr/$layer" "src/$layer" 2>/dev/null | grep -vE "[<\"]fedfr/($allowed)/"; then
    echo "^ $layer may include only: $*"
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

for folder in include/fedfr/* src/*/; do
  case $(basename "$folder") in
    core | comm | data | nn | fl | eval | run | app | report) ;;
    *) echo "$folder is not a layer" && failed=1 ;;
  esac
done
exit $failed

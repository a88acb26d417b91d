#!/bin/bash
# Weights go out in each format and come back; other programs read them and compute the same.
. "$(dirname "$0")/job.sh"
weights=$1/fedfr-weights
convert() {  # convert ARGUMENTS...: has to end well
  timeout "$limit" "$weights" convert "$@" >last.out 2>&1
  code=$?
  expect_code 0 "convert $*"
}

train 2 run --rounds 1
own=run/model.safetensors

# Out and back: the same tensors, the same figures, the same start of a run.
convert "$own" plain.pt
expect_text "mobile (width 0.25, 32 dimensions" "what was taken"
convert plain.pt back.safetensors
convert back.safetensors again.pt
expect_same_file again.pt plain.pt
convert plain.pt plain.safetensors --layout arcface
"$weights" inspect plain.pt --json | grep -v '"format"' >plain.json
"$weights" inspect plain.safetensors --json | grep -v '"format"' >safetensors.json
grep -q '"mobile (width 0.25, 32 dimensions' plain.json || problem "the network is not recognised"
launch 1 evaluate "$own" "$data/pairs" --json
grep -v '"round"' last.out >expected.json  # which a file of others does not know
for file in plain.pt plain.safetensors back.safetensors; do
  timeout "$limit" "$fedfr" evaluate "$file" "$data/pairs" --json >last.out 2>said
  code=$?
  expect_code 0 "evaluate $file"
  grep -v '"round"' last.out >figures.json
  expect_same_file figures.json expected.json
done
[ -s said ] && problem "a file of fedfr's is said to be one of others"
"$fedfr" extract plain.pt "$data/pairs" out.safetensors >last.out 2>said || problem "extract plain.pt"
grep -q "from PyTorch (zip)" said || problem "extract does not say what it took"
# Without the public centres, which only fedfr's own files have.
train 1 from_own --init back.safetensors --rounds 1
hash=$(final_hash)
train 1 from_pt --init plain.pt --rounds 1
expect_equal "$(final_hash)" "$hash" "hash of a run from weights of PyTorch"
expect_text "from PyTorch (zip)" "the banner"

# The network comes from the weights where nobody names one.
sed '/^\(backbone\|width\|embedding\) *=/d' "$job" >open.cfg
launch 1 train open.cfg --output from_open --init plain.pt --rounds 1
expect_equal "$(final_hash)" "$hash" "hash of a run whose network nobody named"
launch 1 train open.cfg --output wrong --init plain.pt --backbone sphere20
expect_code 3 "another network by force"
expect_text "no network that fedfr knows by the name sphere20" "another network by force"

# What is no data is refused by name, and nothing is written.
printf '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.cos\nsystem\n(S"touch evil"\ntR.' >evil.pth
timeout "$limit" "$weights" convert evil.pth evil.safetensors >last.out 2>&1
code=$?
expect_code 3 "a pickle that wants to run something"
expect_text "'os.system'" "a pickle that wants to run something"
if [ -e evil ] || [ -e evil.safetensors ]; then problem "a pickle was run, or written"; fi
timeout "$limit" "$weights" convert plain.pt plain.pt >last.out 2>&1
code=$?
expect_code 2 "over its own input"

# Programs, of the shared model and of a client's own.
for ending in onnx ts; do
  convert "$own" "model.$ending" --normalise
  convert run/personalized/client_000001.safetensors "client.$ending"
  expect_text "personal embedding" "a client's own model"
done

# The rest is for other programs to say.
python=${FEDFR_TEST_PYTHON:-python3}
if ! "$python" -c 'import numpy, onnxruntime' 2>/dev/null; then
  echo "NEEDS $python with numpy and onnxruntime (FEDFR_TEST_PYTHON): the ONNX files were not run"
  [ "$failed" -ne 0 ] || failed=77
  exit
fi
mkdir networks
FEDFR_WEIGHTS_OUT=networks "$1/../tests/weights_test" --gtest_filter='*FilesForOtherPrograms' >last.out 2>&1
code=$?
expect_code 0 "files of each network"
"$python" "$(dirname "$0")/check_weights.py" networks model.onnx client.onnx >last.out 2>&1
code=$?
expect_code 0 "other programs"
cat last.out

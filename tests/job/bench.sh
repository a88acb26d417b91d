#!/bin/bash
# Every benchmark of fedfr-bench runs on a small case and writes what it prints as JSON too. How fast it all is depends
# on the machine and is no matter of a test.
. "$(dirname "$0")/job.sh"
command -v python3 >/dev/null || { echo "NEEDS python3"; exit 77; }
bench=$(dirname "$fedfr")/fedfr-bench

# expect_table NAME ROWS: result.json and last.out of that benchmark tell the same
expect_table() {
  python3 - "$1" "$2" <<'END' || problem "$1: the table or its JSON is not as it should be"
import json, math, sys
name, rows = sys.argv[1], int(sys.argv[2])
result = json.load(open("result.json"))
printed = open("last.out").read()
assert result["benchmark"] == name and printed.startswith("# " + name), result["benchmark"]
assert len(result["rows"]) == rows, len(result["rows"])
for row in result["rows"]:
    assert math.isfinite(row["value"]) and row["what"] in printed, row
    assert row["unit"] in ("%",) or "overhead" in row["what"] or row["value"] > 0 or row["what"].startswith("  "), row
    if "bound" in row:
        rising = row["unit"] not in ("s", "ms", "MB")
        ratio = row["value"] / row["limit"] if rising else row["limit"] / row["value"]
        assert abs(ratio - row["ratio"]) < 1e-9 * ratio, row
END
}

run_bench() {  # run_bench ROWS NAME ARGUMENTS...
  local rows=$1
  shift
  rm -f result.json
  timeout -k 5 "$limit" "$bench" "$@" --runs 1 --threads 1 --folder "$PWD" --json result.json >last.out 2>&1
  code=$?
  expect_code 0 "fedfr-bench $*"
  expect_table "$1" "$rows"
}

tiny=(--backbone mobile --width 0.125 --embedding 16 --size 32)
run_bench 2 loader --images 64 --size 32
run_bench 3 train-step "${tiny[@]}" --steps 2
run_bench 3 train-step "${tiny[@]}" --steps 2 --precision bf16 --memory-format contiguous
run_bench 4 shared-cores "${tiny[@]}" --steps 1 --loops 1
run_bench 2 frozen-features "${tiny[@]}"
run_bench 1 mining --local 20 --public 500
run_bench 2 aggregate --parameters 300000
run_bench 2 eval --images 200 --pairs 300
run_bench 7 start --clients 20
run_bench 6 overhead --ranks 1 --clients 8 --rounds 2
timeout -k 5 "$limit" "$bench" round "${tiny[@]}" --images 16 --public 32 --epochs 2 --ranks 2 --clients 2 --runs 1 \
  --json result.json >last.out 2>&1
code=$?
expect_code 0 "fedfr-bench round"
[ "$(python3 -c 'import json; print(len(json.load(open("result.json"))["rows"]) > 5)')" = True ] ||
  problem "fedfr-bench round: phases are missing"
timeout -k 5 "$limit" "$mpiexec" -n 2 "$bench" allreduce --runs 1 --json result.json >last.out 2>&1
code=$?
expect_code 0 "fedfr-bench allreduce"
expect_table allreduce 3

"$bench" nonsense >last.out 2>&1
code=$?
expect_code 2 "an unknown benchmark"
expect_text "unknown command 'nonsense'" "an unknown benchmark"
"$bench" train-step --backbone nonsense >last.out 2>&1
code=$?
expect_code 2 "an unknown network"
"$bench" eval --images 0 >last.out 2>&1
code=$?
expect_code 2 "no images"
expect_text "--images is 0, but must be at least 1" "no images"
"$bench" allreduce >last.out 2>&1
code=$?
expect_code 2 "one rank"
expect_equal "$(find . -name 'fedfr-bench.*')" "" "what a benchmark leaves behind"

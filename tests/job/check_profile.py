"""check_profile.py RUN: whether profile.txt and trace.json of a run are sound. Says what is wrong and exits with 1."""
import argparse
import collections
import json
import re
import sys

PARTS_OF_A_STEP = ["input conversion", "forward", "losses", "backward", "optimiser", "bookkeeping"]
PHASES_OF_A_RUN = PARTS_OF_A_STEP + [
    "run", "round", "public features", "client", "state load", "frozen features", "mining", "training steps", "step",
    "state save", "quantise", "averaging", "allreduce", "finish", "evaluation", "checkpoint",
    "metrics", "reading a batch", "aten::conv2d", "aten::convolution_backward"]
ROUNDING = 0.0011  # microseconds in the trace, milliseconds in the table: three digits, twice

failures = []


def expect(condition, text):
    if not condition:
        failures.append(text)


def check_nesting(spans, where):
    """Spans of a thread lie in one another or apart, so that a viewer can draw them as stacks."""
    open_ends = []
    for span in sorted(spans, key=lambda s: (s["ts"], -s["dur"])):
        end = span["ts"] + span["dur"]
        while open_ends and open_ends[-1] <= span["ts"] + ROUNDING:
            open_ends.pop()
        if open_ends and end > open_ends[-1] + ROUNDING:
            expect(False, f"{where}: {span['name']} at {span['ts']} ends after the span that it lies in")
            return
        open_ends.append(end)


def check_trace(path, ranks, finished):
    with open(path, encoding="utf-8") as file:
        trace = json.load(file)
    spans = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    names = {event["pid"]: event["args"]["name"] for event in trace["traceEvents"] if event["name"] == "process_name"}
    expect(sorted(names) == list(range(ranks)), f"processes {names}, not one for each of {ranks} ranks")
    expect(all(name.startswith(f"rank {pid} (") for pid, name in names.items()), f"names of processes: {names}")
    threads = collections.defaultdict(list)
    for span in spans:
        threads[span["pid"], span["tid"]].append(span)
    for where, of_thread in threads.items():
        check_nesting(of_thread, f"rank, thread {where}")
    for rank in range(ranks):
        expect(any(span["name"] == "run" and span["pid"] == rank for span in spans), f"rank {rank} has no span 'run'")
    starts = collections.defaultdict(list)
    for span in spans:
        expect(span["dur"] >= 0 and span["ts"] >= 0, f"negative time: {span}")
        if span["name"] == "round":
            starts[span["args"]["round"]].append(span["ts"])
    for number, times in starts.items():
        expect(len(times) == ranks, f"round {number}: {len(times)} spans")
        expect(max(times) - min(times) < 1e6, f"round {number}: the clocks of the ranks differ: {times}")
    if finished:
        forward = [span["args"] for span in spans if span["name"] == "forward" and "step" in span["args"]]
        expect(any(args.keys() == {"round", "client", "step"} for args in forward), "no step with round and client")
    return collections.Counter(span["name"] for span in spans), trace["otherData"]["events_cut"]


def read_table(path):
    """(depth, name, count, mean seconds, slowest seconds, percent, milliseconds a call) of each line."""
    line = re.compile(r"^( *)(\S.*?) +(\d+) +([-\d.]+) +([-\d.]+) +([-\d.]+) +([-\d.]+)$")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = [match.groups() for match in map(line.match, text.splitlines()) if match]
    return text, [(len(blanks) // 2, name, int(count), *map(float, numbers))
                  for blanks, name, count, *numbers in found]


def check_sums(table):
    run = table[0][3]
    for at, (depth, name, _, seconds, *_) in enumerate(table):
        parts = []
        for part in table[at + 1:]:
            if part[0] <= depth:
                break
            if part[0] == depth + 1:
                parts.append(part[3])
        if not parts:
            continue
        left = seconds - sum(parts)
        tolerance = 0.0005 * (len(parts) + 1)
        # The table leaves out a rest below 0.05 % of the run, and nothing else.
        expect(-tolerance <= left <= 0.0005 * run + tolerance, f"{name}: {seconds} s, but its parts {sum(parts)} s")


def check_table(path, ranks, seconds, counts, cut, finished):
    text, table = read_table(path)
    names = [line[1] for line in table]
    expect(names[0] == "run" and table[0][2] == ranks and table[0][5] == 100, f"first line {table[0]}")
    expect(all(number >= 0 for line in table for number in line[2:]), "negative numbers")
    expect(all(line[3] <= line[4] + 0.001 for line in table), "a mean above the slowest")
    beside = text.split("meanwhile, thread", 1)[0].count("\n") - 1
    check_sums(table[:beside])
    if seconds:
        expect(abs(table[0][3] - seconds) < 0.05 * seconds + 0.2, f"{table[0][3]} s instead of {seconds} s")
    of_name = collections.Counter()
    for line in table:
        of_name[line[1]] += line[2]
    if cut == 0:
        for name, count in counts.items():
            expect(of_name[name] == count, f"{name}: {of_name[name]} in the table, {count} in the trace")
    # A run that failed may have broken off in the middle of a step of each rank.
    steps = of_name["step"] - (0 if finished else ranks)
    expect(all(of_name[part] >= steps for part in PARTS_OF_A_STEP), "parts of a step that do not cover all steps")
    if ranks > 1:
        idle = [float(wait) for wait in re.findall(r"^  rank \d+ \(.*\)  ([\d.]+) s, .* of its run$", text, re.M)]
        waits = [line[3] for line in table if line[1] == "waiting for other ranks"]
        expect(len(idle) == ranks and abs(sum(idle) / ranks - sum(waits)) < 0.001 * (len(waits) + 1),
               f"idle {idle} s, in the table {sum(waits)} s a rank")
    return text, names


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run")
    arguments.add_argument("--ranks", type=int, required=True)
    arguments.add_argument("--seconds", type=float, help="that the run took")
    arguments.add_argument("--unfinished", action="store_true", help="some phases may be missing")
    given = arguments.parse_args()
    counts, cut = check_trace(f"{given.run}/trace.json", given.ranks, not given.unfinished)
    text, names = check_table(f"{given.run}/profile.txt", given.ranks, given.seconds, counts, cut,
                              not given.unfinished)
    if not given.unfinished:
        for phase in PHASES_OF_A_RUN:
            expect(phase in names and counts[phase] > 0, f"no phase '{phase}'")
        shares = re.search(r"products: ([\d.]+) % of training steps \(forward ([\d.]+), backward ([\d.]+)\), "
                           r"([\d.]+) % of frozen features", text)
        expect(shares and all(0 < float(share) <= 100 for share in shares.groups()), "shares of the kernels")
    for failure in failures[:10]:
        print(f"{given.run}: {failure}")
    sys.exit(1 if failures else 0)


main()

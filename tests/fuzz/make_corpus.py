#!/usr/bin/env python3
"""make_corpus.py [TARGET...]: writes the files that fuzzing starts from to corpus/TARGET, next to this script.

Each function makes the files of one target: some that are right, and some of each kind that once was, or could be, taken
wrongly. Files named found_* are not made here: fuzzing found them.
"""

import collections
import io
import json
import pathlib
import pickle
import struct
import sys
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent


def tensor_header():
    def entry(shape, begin, end, dtype="F32"):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    def case(header, data_bytes):
        text = header if isinstance(header, str) else json.dumps(header, separators=(",", ":"))
        return struct.pack("<q", data_bytes) + text.encode()

    two = {"backbone.stem.weight": entry([2, 3], 0, 24), "counts": entry([4], 24, 56, "I64"),
           "__metadata__": {"tensors_crc32c": "123", "backbone": "sphere20", "note": "\u00e4"}}
    huge = 2**63 - 1
    return {
        "two_tensors": case(two, 56),
        "empty": case({}, 0),
        "no_bytes": case("", 0),
        "only_metadata": case({"__metadata__": {}}, 0),
        "any_order": case({"b": entry([3], 2, 5, "U8"), "a": entry([2], 0, 2, "U8")}, 5),
        "no_values": case({"a": entry([0, 5], 0, 0), "b": entry([], 0, 4)}, 4),
        "padded": case(json.dumps(two) + "     ", 56),
        "terabytes": case({"a": entry([1000000, 1000000], 0, 4 * 10**12)}, 100),
        "overflow": case({"a": entry([2**32, 2**32], 0, 0)}, 0),
        "overflow_beside_zero": case({"a": entry([0, huge, huge], 0, 0)}, 0),
        "negative": case({"a": entry([-1, -4], 0, 16)}, 16),
        "beyond_int64": case('{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,1]}}', 1),
        "fraction": case({"a": entry([1e300], 0, 4)}, 4),
        "gap": case({"a": entry([1], 4, 8)}, 8),
        "overlap": case({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, 12),
        "too_short": case({"a": entry([2], 0, 8)}, 7),
        "too_long": case({"a": entry([2], 0, 8)}, 9),
        "negative_size": case({"a": entry([2], 0, 8)}, -8),
        "unknown_type": case({"a": entry([2], 0, 4, "BF16")}, 4),
        "twice": case('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},'
                      '"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
        "deep": case("[" * 200, 0),
        "null_in_name": case('{"a\\u0000b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
        "latin_1": struct.pack("<q", 0) + b'{"__metadata__":{"name":"M\xfcller"}}',
        "many_dimensions": case({"a": entry([1] * 17, 0, 4)}, 4),
        "wrong_kinds": case({"a": {"dtype": 1, "shape": "x", "data_offsets": None}, "__metadata__": {"a": 1}}, 0),
    }


def pickle_():
    data = [None, True, 0, 300, -1, 70000, 2**40, 2**70, 0.5, "a\u00e4", b"\0\xff", bytearray(b"x"), (), (1,), (1, 2), (1, 2, 3, 4),
            [[]], {"k": {"state_dict": 1}}, {3}, frozenset([4]), collections.OrderedDict(a=1)]
    tensor = (b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\n"
              b"FloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQK\0K\x02K\x02\x86K\x02K\x01\x86\x89ccollections\nOrderedDict\n)RtRu.")
    array = (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85c_codecs\nencode\nX\1\0\0\0bX\6\0\0\0latin1\x86R"
             b"\x87R(K\1K\2\x85cnumpy\ndtype\nX\2\0\0\0u1K\0K\1\x87R(K\3X\1\0\0\0|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89"
             b"X\2\0\0\0xytb.")
    bomb = b"]q\0" + b"".join(b"](" + bytes([104, i]) * 10 + bytes([101, 113, i + 1]) for i in range(20)) + b"."
    return {
        **{f"protocol_{i}": pickle.dumps(data, i) for i in range(6)}, "tensor": tensor, "array": array, "bomb": bomb,
        "itself": b"]q\0h\0a.", "itself_within": b"]q\0\x85q\1h\0h\1a0.", "deep": b"N" + b"\x85" * 200 + b".",
        "system": b"cos\nsystem\n(S'true'\ntR.", "object": b"(cnumpy\ndtype\nI1\no.", "named": b"(I1\ninumpy\ndtype\n.",
        "encoded_twice": b"c_codecs\nencode\nq\0](X\4\0\0\0aaaaq\1U\6latin1q\2\x86q\3" + b"h\0h\3R" * 20 + b"e.",
        "pairs_twice": b"ccollections\nOrderedDict\nq\0](" + b"NN\x86" * 20 + b"e\x85q\1](" + b"h\0h\1R" * 20 + b"e.",
        "huge_text": b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.", "memo": b"N" + b"\x94" * 200 + b".", "lists": b"(" + b"]" * 200 + b"l.",
        "marks": b"(" * 200 + b"N.", "empty": b"", "python_2": b"ccollections\nOrderedDict\n(((U\1aK\1tltR.", "escapes": b"S'\\x41\\101\\n\\q'\n.",
        "unicode": b"V\\u20ac\\U0001f600\xe4\n.", "id": b"I7\nQ.", "id_line": b"P7\n.", "two": b"K\1.K\2.",
    }


def job_file():
    return {
        "usual": b"""# A small run
[run]
output = runs/a
rounds = 4            # more later
seed = 100

[data]
clients = data/clients
public = data/public
benchmark = data/pairs
benchmark = data/other
fars = 1e-1, 1e-2,1e-3

[local training]
lr = 0.005
batch = 16
mirror = yes
""",
        "empty": b"",
        "comments": b"# only\n   # comments\n\n",
        "other_algorithm": b"algorithm = fedavg\npersonalised = off\nhard-negatives = on\n",
        "byte_order_mark": b"\xef\xbb\xbfrounds = 4\n",
        "windows": b"rounds = 4\r\noutput = runs/a\r\n",
        "no_value": b"rounds =\n",
        "no_equals": b"rounds 4\n",
        "unknown": b"ronuds = 4\n",
        "twice": b"rounds = 4\nrounds = 5\n",
        "numbers": b"rounds = 99999999999999999999\nlr = 1e999\nwidth = nan\nmomentum = inf\nseed = -1\n",
        "hexadecimal": b"rounds = 0x10\nlr = 0x1p-3\n",
        "zero_byte": b"output = runs/\0a\n",
        "latin_1": b"output = runs/M\xfcller\n",
        "home": b"output = ~/runs\nclients = $SCRATCH/clients\nbenchmark = ${HOME}/p\npublic = $NO_SUCH_NAME/x\n",
        "slashes": b"benchmark = pairs/\nbenchmark = ./pairs\nbenchmark = a//b/../pairs/\n",
        "number_sign": b"output = runs/a#b\nclients = a #b\n",
        "section": b"[a\n[]\n[=]\n",
        "form_feed": b"output = a\x0c#b\nclients =\x0bx\n",
        "long_key": b"x" * 500 + b" = 1\n",
    }


def json_():
    return {
        "kinds": b'{"b": [1, -2, 2.5e3, null, true, false, {}], "a": {"text": "\\u00e4\\n\\"", "big": 18446744073709551615}}',
        "number": b"-2147483648", "beyond": b"2147483648", "huge": b"1e999", "zero": b"-0", "fraction": b"0.1",
        "twice": b'{"x": 1, "x": 2}', "deep": b"[" * 40 + b"]" * 40, "cut": b'{"a": [1,', "latin_1": b'"M\xfcller"',
        "surrogates": b'"\\ud83d\\ude00 \\ud83d"', "null_character": b'"\\u0000"', "byte_order_mark": b"\xef\xbb\xbf{}",
        "many": b"[" + b"[]," * 100 + b"{}]", "comment": b"/* */ 1", "nan": b"[NaN, Infinity]", "empty": b"",
    }


def names():
    return {
        "usual": b"data/lfw/clients", "slash": b"parts/", "dots": b"./a//b/./c/..", "root": b"//", "dot": b".",
        "latin_1": b"M\xfcller/0001.jpg", "utf8": "M\u00fcller/\u738b".encode(), "overlong": b"a\xc0\xafb",
        "surrogate": b"\xed\xa0\x80", "beyond": b"\xf4\x90\x80\x80", "cut": b"\xf0\x9f\x98", "control": b"a\x1b[31m\x7f\xc2\x9b",
        "variable": b"$HOME/x", "braces": b"${HOME}/x", "dollar": b"a$$b", "unset": b"$NO_SUCH_NAME", "alone": b"a$",
        "open": b"${HOME", "home": b"~/x", "user": b"~root/x", "null": b"a\0b", "empty": b"",
    }


def control_groups():
    mounts = b"30 23 0:26 / /cg rw,nosuid - cgroup2 cgroup2 rw\n"
    old = b"31 23 0:28 /host /cg rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    return {
        "version_2": b"\0".join([mounts, b"0::/group\n", b"150000 100000\n"]),
        "version_1": b"\0".join([old, b"4:cpu,cpuacct:/host/group\n", b"", b"50000\n", b"100000\n"]),
        "no_limit": b"\0".join([mounts, b"0::/group\n", b"max 100000\n"]),
        "no_period": b"\0".join([mounts, b"0::/group\n", b"150000 0\n"]),
        "huge": b"\0".join([mounts, b"0::/group\n", b"1e308 1e-308\n"]),
        "tiny": b"\0".join([mounts, b"0::/group\n", b"1e-308 1e308\n"]),
        "above": b"\0".join([mounts, b"0::/../..\n", b"1 1\n"]), "absolute": b"\0".join([mounts, b"0:://tmp\n", b"1 1\n"]),
        "escaped": b"30 23 0:26 /a\\040b /c\\777g\\ rw - cgroup2 x rw\n", "no_dash": b"30 23 0:26 / /cg rw\n",
        "cut": b"30 - cgroup2\n\0" b"0:\n:\n0::\n", "empty": b"",
    }


def command_line():
    def words(*given):
        return b"\0".join(word.encode("latin-1") for word in given)

    return {
        "usual": words("jobs/demo.cfg", "--rounds", "4", "--clients=data/clients/", "--mirror", "--benchmark", "a",
                       "--benchmark", "b", "--fars", "1e-1,1e-2"),
        "number_sign": words("--output", "runs/a #b"), "tab_sign": words("--output=a\t#b"),
        "other_blanks": words("--output=a\r#b", "--clients=a\x0b#b", "--public=a\x0c#b"),
        "blanks": words("--output", " a "), "new_line": words("--output", "a\nrounds = 5"), "null": words("--output", ""),
        "dollar": words("--output", "a$HOME", "--clients", "~/x"), "section": words("--output", "[a]"),
        "equals": words("--output", "=", "--clients", "a=b"), "latin_1": words("--output", "M\xfcller"),
        "help": words("--help"), "unknown": words("--ronuds", "4"), "no_value": words("--rounds"),
        "not_a_number": words("--width=nan", "--lr=inf", "--seed=-1", "--rounds=1e3"), "empty": b"",
        "byte_order_mark": words("--output=\xef\xbb\xbfa"), "list": words("--fars=,", "--fpirs="),
    }


def sweep_file():
    usual = b"""[Sweep]
job = base.cfg
output = sweeps/a
ranks = 2
launcher = mpirun --bind-to none
sbatch = --partition=gpu
order = grid
[Data]
source = data/faces
identities-per-client = 10
seed = 3
[Options]
rounds = 4
[Axes]
algorithm = fedavg, fedfr
lr = 0.1 0.01
clients-count = 4, 8
split-alpha-images = 1, 2
"""
    return {
        "usual": usual, "windows": usual.replace(b"\n", b"\r\n"), "byte_order_mark": b"\xef\xbb\xbf" + usual,
        "empty": b"", "unknown_section": b"[Swep]\na = b\n", "no_section": b"job = a\n",
        "no_values": b"[Sweep]\njob = a\n[Axes]\nlr =\n", "twice": b"[Axes]\nlr = 1, 1\n", "comma": b"[Axes]\nlr = ,,\n",
        "ranks": b"[Sweep]\nranks = 99999999999\n", "negative": b"[Sweep]\nranks = -1\n",
        "percent": b"[Sweep]\noutput = a%j\njob = b\n", "own_option": b"[Options]\noutput = x\n",
        "null": b"[Sweep]\njob = a\0b\n", "latin_1": b"[Data]\nsource = M\xfcller\n",
    }


def pairs_txt():
    return {
        "two_folds": b"2\t1\nAnna\t1\t2\nAnna\t1\tBert\t3\nCarl 2 3\nDora 1 Emil 2\n",
        "one_number": b"1\nAnna 1 2\nAnna 1 Bert 1\n", "windows": b"1\r\nAnna 1 2\r\nAnna 1 Bert 1\r\n",
        "byte_order_mark": b"\xef\xbb\xbf1\nAnna 1 2\nAnna 1 Bert 1\n", "empty": b"", "blank_lines": b"\n\n1\n\nA 1 2\n\nA 1 B 1\n",
        "huge": b"65536 9223372036854775807\nA 1 2\n", "folds": b"9999999999 1\n", "negative": b"-1 -1\n", "zero": b"0 0\n",
        "more": b"1\nA 1 2\nA 1 B 1\nC 1 2\n", "fewer": b"2 1\nA 1 2\n", "same": b"1\nA 1 1\nA 1 A 1\n",
        "number": b"1\nA 99999999999999999999 1\n", "latin_1": b"1\nM\xfcller 1 2\nM\xfcller 1 B 1\n", "null": b"1\nA\0 1 2\nA 1 B 1\n",
    }


def point(**other):
    return {"target": 0.1, "rate": 0.5, "achieved": 0.09, "threshold": 0.3, "impostors": 100, "resolvable": True, **other}


def aggregate(**other):
    return {"mean": 0.5, "worst": 0.4, "worst_client": 1, "best": 0.6, "best_client": 2, "clients": 2, **other}


def metrics():
    rate = {**aggregate(), "target": 0.1, "fewest_impostors": 50, "resolvable": True}
    summary = {"clients": 2, "tar_at_far": [rate], "rank1": aggregate(), "tpir_at_fpir": [rate]}
    start = {"event": "start", "round": 1, "model_hash": "0011223344556677", "data": {"clients": "c1"}, "time": 1.5}
    client = {"event": "client", "round": 1, "client": 7, "images": 50, "hard_negatives": 25, "loss": 1.5, "time": 2}
    round_ = {"event": "round", "round": 1, "cohort": 2, "images": 100, "loss": None, "terms": {"margin": 3.0, "dfc": None},
              "hard_negatives": None, "learning_rate": 0.1, "seconds": 2.5, "phases": {"train": 1.5}, "idle_share": 0.1,
              "ranks": 2, "model_hash": "0011223344556677", "time": 3}
    evaluation = {"event": "evaluation", "round": 1, "global": {"summary": summary, "roc": []}, "own": None, "time": 4,
                  "benchmarks": [{"name": "lfw", "accuracy": 0.75, "tar_at_far": [point()]}]}

    def lines(*events):
        return "".join(json.dumps(event) + "\n" for event in events).encode()

    return {
        "usual": lines(start, client, round_, evaluation), "start": lines(start), "client": lines(client),
        "round": lines(round_), "evaluation": lines(evaluation), "torn": lines(start, round_)[:-40], "empty": b"",
        "other_kind": lines({"event": "other"}), "no_kind": lines({"round": 1}), "no_object": b"[]\n7\n",
        "wrong_round": lines({**start, "round": "1"}), "huge_round": lines({**start, "round": 2**40}),
        "fraction": lines({**start, "round": 1e300}), "negative": lines({**start, "round": -1}),
        "null_time": lines({**start, "time": None}), "deep": b'{"event":"start","a":' + b"[" * 100 + b"\n",
        "wrong_kinds": lines({**round_, "terms": [1], "phases": 3, "ranks": "2"}), "latin_1": b'{"event":"M\xfcller"}\n',
    }


def evaluation():
    scores = {"genuine_pairs": 2, "impostor_pairs": 2, "accuracy": 0.75, "accuracy_deviation": 0.1,
              "accuracy_interval": [0.5, 1.0], "tar_at_far": [point()], "roc": [point(), point(rate=None)], "folds": [],
              "name": "lfw", "correct": "1101"}
    client = {"own_probes": 4, "other_probes": 6, "identities": 2, "genuine_pairs": 4, "impostor_pairs": 8,
              "tar_at_far": [point()], "roc": [point()], "rank1": 0.5, "cumulative_match": [0.5, 1.0],
              "tpir_at_fpir": [point()], "client": 3}
    usual = {"round": 2, "benchmarks": [scores], "global": [client, {**client, "client": 4}], "own": [client]}

    def text(*evaluations):
        return b"\0".join(json.dumps(evaluation, separators=(",", ":")).encode() for evaluation in evaluations)

    return {
        "usual": text(usual), "two": text({**usual, "round": 0}, usual), "empty": b"", "null": b"null",
        "other_targets": text({**usual, "round": 0, "global": [{**client, "tar_at_far": [point(target=0.2)]}]}, usual),
        "other_counts": text({**usual, "round": 0, "benchmarks": [{**scores, "correct": "1"}]}, usual),
        "more_benchmarks": text({**usual, "round": 0, "benchmarks": []}, {**usual, "benchmarks": [scores, scores]}),
        "no_clients": text({**usual, "global": [], "own": []}), "only_own": text({**usual, "global": []}),
        "no_target": text({**usual, "global": [{**client, "tar_at_far": [point(target=0)]}]}),
        "tiny_target": text({**usual, "global": [{**client, "tar_at_far": [point(target=1e-300, impostors=-5)]}]}),
        "huge": text({**usual, "benchmarks": [{**scores, "accuracy": 1e300, "genuine_pairs": 2**62}]}),
        "fraction": text({**usual, "round": 1e300}), "nulls": text({**usual, "global": [{**client, "rank1": None}]}),
        "no_interval": text({**usual, "benchmarks": [{**scores, "accuracy_interval": [None, None]}]}),
    }


def manifest():
    shard = {"file": "shard_00000.h5", "first_client": 0, "clients": 2, "images": 4, "identities": 3, "bytes": 20000,
             "index_crc": 123}
    usual = {"format": "fedfr-dataset", "format_version": 1, "role": "clients", "encoding": "raw", "height": 16, "width": 16,
             "channels": 3, "clients": 2, "images": 4, "pairs": 0, "pairs_crc": 0, "shards": [shard], "identities": [],
             "checksum": 0}
    huge = 2**63 - 1

    def case(**other):
        return json.dumps({**usual, **other}).encode()

    def with_shard(**other):
        return case(shards=[{**shard, **other}])

    return {
        "clients": case(), "collection": case(role="collection", clients=0, identities=["Anna", "M\u00fcller"],
                                              shards=[{**shard, "clients": 0, "identities": 0}]),
        "benchmark": case(role="benchmark", pairs=6, pairs_crc=7), "jpeg": case(encoding="jpeg"), "no_shards": case(shards=[], clients=0, images=0),
        "newer": case(format_version=2), "other_role": case(role="x"), "huge_counts": with_shard(images=huge, clients=huge),
        "negative": with_shard(images=-4, clients=-1, bytes=-1), "sums": case(shards=[shard, {**shard, "bytes": huge}]),
        "out_of_folder": with_shard(file="../../x"), "null_name": with_shard(file="a\0b"), "fraction": with_shard(images=4.5),
        "size": case(height=2**31 - 1, width=2**31 - 1), "no_size": case(height=0), "pairs": case(pairs=huge),
        "deep": b'{"format_version":1,"checksum":0,"x":' + b"[" * 300 + b"]" * 300 + b"}", "many_keys":
        json.dumps({**usual, **{str(i): i for i in range(60)}}).encode(), "wrong_kinds": case(shards={}, identities=[1]),
        "latin_1": b'{"format_version":1,"role":"M\xfc"}', "empty": b"", "no_object": b"[1]", "big_crc": case(pairs_crc=2**32),
    }


def png():
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    def case(width=3, height=2, depth=8, colour=2, interlaced=0, before=b"", rows=None, end=True):
        channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 1)
        if rows is None:  # an interlaced image of 1x1 has one pass alone, and so is made like any other
            row = bytes(0 if colour == 3 else (i * 37 + 11) % 256 for i in range((width * channels * depth + 7) // 8))
            rows = b"".join(bytes([y % 5]) + row for y in range(height))
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)) +
                before + chunk(b"IDAT", zlib.compress(rows)) + (chunk(b"IEND", b"") if end else b""))

    palette = chunk(b"PLTE", bytes(range(12)))
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    profile = chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(200)))
    return {
        "rgb": case(), "rgb_16": case(depth=16), "grey": case(colour=0), "grey_16": case(colour=0, depth=16),
        "grey_1": case(colour=0, depth=1, width=11), "grey_2": case(colour=0, depth=2), "grey_4": case(colour=0, depth=4),
        "grey_alpha": case(colour=4), "grey_alpha_16": case(colour=4, depth=16), "rgba": case(colour=6),
        "rgba_16": case(colour=6, depth=16), "palette": case(colour=3, before=palette),
        "palette_4": case(colour=3, depth=4, before=palette),
        "palette_alpha": case(colour=3, before=palette + chunk(b"tRNS", b"\0\x80")), "no_palette": case(colour=3),
        "transparent_grey": case(colour=0, before=chunk(b"tRNS", b"\0\x0b")),
        "transparent_rgb": case(before=chunk(b"tRNS", b"\0\x0b\0\x30\0\x55")), "gamma": case(before=chunk(b"gAMA", struct.pack(">I", 45455))),
        "linear": case(before=chunk(b"gAMA", struct.pack(">I", 100000))), "oriented": case(before=chunk(b"eXIf", exif)),
        "profile": case(before=profile), "interlaced": case(width=1, height=1, interlaced=1), "one": case(width=1, height=1),
        "huge": case(width=2**31 - 1, height=2**31 - 1, rows=b"\0"), "large": case(width=16384, height=16384, rows=b"\0"),
        "no_pixels": case(width=0), "cut": case(end=False)[:-7], "few_rows": case(height=9, rows=b"\0" * 10), "signature": b"\x89PNG",
        "bad_depth": case(depth=3), "bad_filter": case(rows=b"\x09" + bytes(9) + b"\x09" + bytes(9)), "empty": b"",
        "text": case(before=chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(5000)))), "unknown": case(before=chunk(b"qQxZ", b"abc")),
        "bad_crc": case().replace(b"IDAT", b"IDAU"),
    }


def jpeg():
    def segment(marker, content):
        return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content

    # Two small codes: for DC the sizes 0 to 5, of 3 bits each; for AC end of block, a one, and a run of 16 zeros.
    tables = segment(0xC4, b"\0" + bytes([0, 0, 6] + [0] * 13) + bytes(range(6)) +
                     b"\x10" + bytes([1, 1, 1] + [0] * 13) + bytes([0, 1, 0xF0]))

    def case(width=16, height=8, factors=(0x11, 0x11, 0x11), frame=0xC0, before=b"", restart=0, precision=8, scan=None,
             end=True, spare=b""):
        components = len(factors)
        header = struct.pack(">BHHB", precision, height, width, components)
        for i, factor in enumerate(factors):
            header += bytes([i + 1, factor, 0])
        blocks = sum((f >> 4) * (f & 15) for f in factors) * 40
        bits = "".join(("010" + str(i % 2) + "0") for i in range(blocks)) + "1" * 7
        data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits) - 7, 8)).replace(b"\xff", b"\xff\0")
        chosen = bytes([components]) + b"".join(bytes([i + 1, 0]) for i in range(components))
        spectrum = b"\0\0\0" if frame == 0xC2 else b"\0\x3f\0"
        return (b"\xff\xd8" + before + segment(0xDB, b"\0" + bytes([1] * 64)) + segment(frame, header) + tables +
                (segment(0xDD, struct.pack(">H", restart)) if restart else b"") + segment(0xDA, chosen + spectrum) +
                (data if scan is None else scan) + spare + (b"\xff\xd9" if end else b""))

    def exif(orientation, order=b"II"):
        sign = "<" if order == b"II" else ">"
        entry = struct.pack(sign + "HHIHH", 0x112, 3, 1, orientation, 0)
        return segment(0xE1, b"Exif\0\0" + order + struct.pack(sign + "HIH", 42, 8, 1) + entry + bytes(4))

    adobe = [segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform])) for transform in range(3)]
    jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return {
        "colour": case(before=jfif), "grey": case(factors=(0x11,)), "half": case(factors=(0x22, 0x11, 0x11)),
        "half_width": case(factors=(0x21, 0x11, 0x11)), "half_height": case(factors=(0x12, 0x11, 0x11)),
        "odd_factors": case(factors=(0x31, 0x11, 0x21)), "rgb": case(before=adobe[0]), "cmyk": case(factors=(0x11,) * 4, before=adobe[0]),
        "ycck": case(factors=(0x22, 0x11, 0x11, 0x22), before=adobe[2]), "two_components": case(factors=(0x11,) * 2),
        "progressive": case(frame=0xC2), "arithmetic": case(frame=0xC9), "lossless": case(frame=0xC3), "bits_12": case(precision=12),
        "restart": case(restart=1), "restart_markers": case(restart=1, scan=b"\x50\xff\xd0\x50\xff\xd1\x50"),
        "one": case(width=1, height=1), "odd": case(width=17, height=9, factors=(0x22, 0x11, 0x11)), "spare": case(spare=b"\0\0abc"),
        "cut": case(end=False)[:-9], "no_scan": case(scan=b"", end=False), "huge": case(width=65535, height=65535),
        "large": case(width=16384, height=16384, scan=b"\0"), "no_pixels": case(width=0), "no_height": case(height=0),
        "signature": b"\xff\xd8\xff", "empty": b"", "fill": b"\xff\xd8" + b"\xff" * 50 + case()[2:],
        **{f"orientation_{i}": case(before=exif(i)) for i in range(10)}, "orientation_big": case(before=exif(6, b"MM")),
        "exif_loop": case(before=segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(20))),
        "exif_cut": case(before=segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\xff\xff")),
        "profile": case(before=segment(0xE2, b"ICC_PROFILE\0\x01\x01" + bytes(40))),
    }


def run_record():
    data = {"clients": "c1", "public": "", "benchmarks": [{"name": "lfw", "fingerprint": "b1"}], "start_model_hash": "0"}
    numerics = [{"from_round": 1, "numerics": {"threads": "1", "commit": "abc"}}, {"from_round": 4, "numerics": {}}]
    cases = {"data": (0, data), "no_benchmarks": (0, dict(data, benchmarks=[])), "twice": (0, dict(data, benchmarks=data["benchmarks"] * 2)),
             "wrong_kinds": (0, dict(data, clients=1)), "no_start": (0, {k: data[k] for k in ("clients", "public", "benchmarks")}),
             "numerics": (1, numerics), "no_periods": (1, []), "negative": (1, [{"from_round": -1, "numerics": {}}]),
             "beyond_int": (1, [{"from_round": 2**40, "numerics": {}}]), "numbers": (1, [{"from_round": 1, "numerics": {"threads": 1}}])}
    return {**{name: bytes([kind]) + json.dumps(content).encode() for name, (kind, content) in cases.items()},
            "empty": b"\0", "deep": b"\0" + b"[" * 200}


def changes(*all_changes):
    return b"".join(struct.pack("<BHB", file, place, value) for file, place, value in all_changes)


def dataset():
    cases = {"right": b""}
    # The superblock: version, sizes, and the addresses of the beginning, an extension, the end and the root.
    for place in [8, 9, 10, 11, *range(12, 44, 4)]:
        cases[f"superblock_{place}"] = changes((0, place, 0x41))
    for place in range(48, 3000, 97):
        cases[f"place_{place}"] = changes((0, place, 0xff))
        if place < 800:
            cases[f"pairs_{place}"] = changes((1, place, 0xff))
    return {f"{name}_{kind}": bytes([i]) + content for name, content in cases.items() for i, kind in enumerate(["raw", "jpeg"])
            if not (i and name.startswith("pairs"))}


def client_state():
    def number(slot, place, value, width):
        return changes(*((slot, place + i, byte) for i, byte in enumerate(value.to_bytes(width, "little", signed=True))))

    return {
        "right": b"", "damaged": changes((0, 0, 0)), "not_complete": number(0, 12, 0, 4), "later_round": number(0, 8, 100, 4),
        "other_client": number(1, 16, 1, 8), "other_attempt": number(2, 24, 1, 8), "negative": number(0, 32, -1, 8),
        "longer_than_its_slot": number(0, 32, 2**40, 8), "no_bytes": number(0, 32, 0, 8), "long_header": number(0, 48, 2**40, 8),
        "no_header": number(0, 48, 0, 8), "short_header": number(0, 48, 9, 8), "text": changes((0, 60, 0x7d)),
        "one_round": number(0, 8, 2, 4) + number(1, 8, 2, 4) + number(2, 8, 2, 4),
    }


def weights():
    def text(t):
        return b"X" + struct.pack("<I", len(t)) + t

    def number(n):
        return b"\x8a\x08" + struct.pack("<q", n)

    def numbers(ns):
        return b"(" + b"".join(map(number, ns)) + b"t"

    def storage(values, kind=b"Float", part=b"", key=b"0"):
        return b"(" + text(b"storage") + b"ctorch\n" + kind + b"Storage\n" + text(key) + text(b"cpu") + number(values) + part + b"tQ"

    def tensor(offset=0, shape=(2, 3), strides=(3, 1), values=6, **of_storage):
        return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage(values, **of_storage) + number(offset) + numbers(shape) + numbers(strides)
                + b"\x89ccollections\nOrderedDict\n)RtR")

    def dictionary(**values):
        return b"}(" + b"".join(text(k.encode()) + v for k, v in values.items()) + b"u"

    six = struct.pack("<6f", *range(6))

    def legacy(value, keys=(b"0",), data=six, values=6):
        return (b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02" + dictionary(little_endian=b"\x88")
                + b".\x80\x02" + value + b".\x80\x02](" + b"".join(map(text, keys)) + b"e." + struct.pack("<q", values) + data)

    def zipped(value, data=six, how=zipfile.ZIP_STORED, extra=()):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", how) as file:
            for name, content in [("a/data.pkl", b"\x80\x02" + value + b"."), ("a/byteorder", b"little"), ("a/data/0", data), *extra]:
                file.writestr(zipfile.ZipInfo(name), content, how)
        return buffer.getvalue()

    def safetensors(dtype, shape, data):
        header = json.dumps({"a": {"dtype": dtype, "shape": shape, "data_offsets": [0, len(data)]}}).encode()
        return struct.pack("<Q", len(header)) + header + data

    nested = dictionary(epoch=b"K\1", state_dict=dictionary(**{"module.w": tensor()}), optimizer=b"}K\1" + tensor(1, (2,), (2,)) + b"s",
                        args=b"cargparse\nNamespace\n)\x81}b")
    parameter = b"ctorch._utils\n_rebuild_parameter\n(" + tensor() + b"\x88}tR"
    untyped = (b"ctorch._utils\n_rebuild_tensor_v3\n(" + storage(24, b"Untyped") + number(1) + numbers([2]) + numbers([2])
               + b"\x89}ctorch\nfloat32\ntR")
    evil = {"beyond": tensor(5, (2,), (1,)), "negative": tensor(-1), "huge": tensor(0, (2**62, 2**62), (1, 1)), "expanded": tensor(0, (2**40,), (0,)),
            "zero": tensor(0, (2**62, 2**62, 0), (0, 0, 1)), "other_size": tensor(values=7), "system": b"cos\nsystem\n(" + text(b"true") + b"tR",
            "twice": b"(" + tensor() + tensor(kind=b"Double", values=3) + b"t", "complex": tensor(kind=b"ComplexFloat", values=3)}
    right = {"bare": tensor(), "nested": nested, "parameter": parameter, "untyped": untyped, "transposed": tensor(0, (3, 2), (1, 3))}
    return {
        **{f"legacy_{name}": legacy(value) for name, value in {**right, **evil}.items()},
        **{f"zip_{name}": zipped(value) for name, value in {**right, **evil}.items()},
        "legacy_part": legacy(tensor(0, (2,), (1,), part=b"(" + text(b"v") + number(2) + number(3) + b"t")), "legacy_short": legacy(tensor(), data=b""),
        "legacy_other_key": legacy(tensor(), keys=(b"1",)), "zip_packed": zipped(tensor(), how=zipfile.ZIP_DEFLATED),
        "zip_bomb": zipped(tensor(values=50000), bytes(200000), zipfile.ZIP_DEFLATED), "zip_script": zipped(tensor(), extra=[("a/constants.pkl", b")")]),
        "zip_no_data": zipped(tensor())[30:], "half": safetensors("F16", [2], bytes(4)), "flags": safetensors("BOOL", [2], b"\0\x09"), "onnx": b"\x08\x07\x12\x05torch",
        "empty": b"",
    }


def record_io():
    magic = struct.pack("<I", 0xCED7230A)

    def part(kind, content):
        return magic + struct.pack("<I", kind << 29 | len(content)) + content + bytes(-len(content) % 4)

    def record(labels, key, image=b"\xff\xd8 image", flag=None):
        single = len(labels) == 1
        header = struct.pack("<IfQQ", (0 if single else len(labels)) if flag is None else flag, labels[0] if single else 0, key, 0)
        return header + (b"" if single else struct.pack(f"<{len(labels)}f", *labels)) + image

    def index(*lines):
        return b"i" + b"".join(b"%d\t%d\n" % line for line in lines) + b"\0"

    one = part(0, record([3], 1))
    ranges = part(0, record([2, 4], 0, b"")) + one + part(0, record([1, 2], 2, b"")) + part(0, record([2, 2], 3, b""))
    parts = part(1, record([0], 5)) + part(2, b"") + part(2, b"abcd") + part(3, b"end")
    return {
        "one": one, "two": one + part(0, record([0, 101], 2)), "ranges": ranges, "parts": parts, "empty": b"",
        "counts": part(0, record([13, 4, 8], 0, b"")) + one, "index": index((7, 0)) + one, "index_of_another": index((7, 4)) + one,
        "index_text": b"i7 0\n\0" + one, "cut": one[:-3], "cut_prefix": one + magic, "no_magic": b"text of another program",
        "continues": part(2, record([0], 1)), "never_ends": part(1, record([0], 1)) + one, "kind": part(5, record([0], 1)),
        "labels": part(0, record([0], 1, flag=2**31)), "short": part(0, b"short"), "overlap": ranges.replace(struct.pack("<2f", 2, 2), struct.pack("<2f", 1, 2)),
        "missing": part(0, record([2, 9], 0, b"")) + part(0, record([1, 2], 2, b"")), "long": magic + struct.pack("<I", 2**29 - 1),
        "sagemaker": part(0, b"\x0a\x1a\x0a\x06values\x12\x10\x12\x0e\x0a\x0c" + bytes(12)),
        "not_whole": part(0, record([0.5, 4], 0, b"")) + part(0, record([1, 2], 1, b"")),
        "nan": part(0, record([float("nan"), 4], 0, b"")) + part(0, record([float("inf")], 1)),
    }


def landmarks():
    points = b" ".join(b"%d.5" % i for i in range(10))
    return {
        "usual": b"a/1.jpg " + points + b"\nb/1.jpg " + points + b"\n", "csv": b"path,x1\na/1.jpg," + points.replace(b" ", b",") + b"\n",
        "label": b"a/1.jpg 7 " + points + b"\n", "score": b"a/1.jpg " + points + b" 0.99\n", "box": b"a/1.jpg 1 2 3 4 " + points + b"\n",
        "celeba": b"1\nlefteye_x lefteye_y\n1.jpg " + points + b"\n", "few": b"a/1.jpg 1 2 3\n", "text": b"a\nb\nc\n", "empty": b"",
        "nan": b"a/1.jpg " + points[:-3] + b"nan\n", "huge": b"a/1.jpg " + points[:-3] + b"3e38\n", "same": b"a/1.jpg" + b" 1" * 10,
        "other_columns": b"a/1.jpg " + points + b"\nb/1.jpg " + points + b" 1\n", "twice": b"x/1.jpg " + points + b"\nx/1.jpg 9" + points,
        "quotes": b'"a,b/1.jpg",' + points.replace(b" ", b",") + b'\n"', "tiny": b"a/1.jpg" + b" 1e-38" * 9 + b" 0", "slashes": b"//// " + points,
    }


def pair_list():
    return {
        "named": b"fold,first,second,same\n1,a/1.jpg,b/1.jpg,0\n2,a/1.jpg,a/2.jpg,1\n", "flag_behind": b"a/1.jpg a/2.jpg 1\n",
        "flag_before": b"0 a/1.jpg b/1.jpg\n", "fold": b"3\ta/1.jpg\ta/2.jpg\t1\n3\ta/1.jpg\tb/2.jpg\t-1\n", "empty": b"",
        "lines": b"".join(b"%d a b 1\n" % i for i in range(23)), "other_columns": b"a b 1\na b c 1\n", "itself": b"a a 1\n",
        "huge_fold": b"99999999999999999999 a b 1\n", "heading": b"fold,first,second,same\n", "no_flag": b"a b 2\n",
        "quotes": b'"a,1","b""2",true\n"', "windows": b"\xef\xbb\xbfa,b,1\r\n", "text": b"some other text\n", "null": b"a\0 b 1\n",
        "folds": b"".join(b"%d,a,b,1\n" % (i // 2) for i in range(20)), "blank_fold": b"fold,first,second,same\n,a,b,1\n",
    }


def people():
    return {
        "names": b"ann\nBob Lee\n# comment\n\ncarl\n", "windows": b"\xef\xbb\xbfann\r\nbob\r\n", "lfw": b"Aaron_Eckhart\t1\nZydrunas_Ilgauskas\t1\n",
        "comments": b"# nobody\n#\n", "empty": b"", "null": b"a\0b\n", "utf16": b"\xff\xfea\0n\0\n\0", "latin1": b"Jos\xe9\n",
        "accents": "Jos\u00e9\nJose\u0301\n".encode(), "tab_first": b"\t1\n", "no_end": b"ann",
    }


def parquet():
    """Needs pyarrow; without it the files of before are kept."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return {}

    def table(columns, **how):
        out = io.BytesIO()
        pq.write_table(pa.table(columns), out, **how)
        return out.getvalue()

    images = pa.array([{"bytes": b"\xff\xd8a", "path": "a/1.jpg"}, {"bytes": b"\xff\xd8b", "path": None}, None])
    plain = pa.array([b"\xff\xd8a", b"\x89PNGb", b""], pa.binary())
    numbers = pa.array([1, 0, None], pa.int32())
    names = pa.array(["ann", "bob", "ann"]).dictionary_encode()
    whole = table({"image": images, "label": numbers}, compression="none", store_schema=False)
    return {
        "struct": whole, "cut": whole[:-9], "rows": table({"image": plain, "label": numbers}, row_group_size=2),
        "names": table({"image": plain, "label": names}, compression="snappy"),
        "zstd": table({"image": plain, "label": numbers}, compression="zstd", data_page_version="2.0", store_schema=False),
        "floats": table({"jpg": plain, "cls": pa.array([1.0, 0.5, None])}, compression="gzip", store_schema=False),
        "other": table({"a": numbers, "b": names}, store_schema=False), "empty": table({"image": plain[:0], "label": numbers[:0]}),
        "magic": b"PAR1\x00\x00\x00\x00PAR1", "huge_footer": b"PAR1\xff\xff\xff\x7fPAR1",
    }


def pair_set():
    import pickle

    image = b"\xff\xd8 image"
    two = [image, image + b"2"]
    cases = {f"protocol_{i}": pickle.dumps((two, [True]), i) for i in range(2, 6)}
    reconstruct = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntU\x01bt"

    def array(shape, letters, content, order=b"|"):
        dtype = b"cnumpy\ndtype\n(U" + bytes([len(letters)]) + letters + b"I0\nI1\ntR(I3\nU\x01" + order + b"NNNI-1\nI-1\nI0\ntb"
        sides = b"(" + b"".join(b"I%d\n" % side for side in shape) + b"t"
        return reconstruct + b"R(I1\n" + sides + dtype + b"I0\nT" + struct.pack("<i", len(content)) + content + b"tb"

    def bins(*images, flags=b"(I01\nl"):
        return b"((" + b"".join(images) + b"l" + flags + b"t."

    file, pixels = array([4], b"u1", image[:4]), array([2, 1, 3], b"u1", bytes(6))
    cases.update({
        "array": bins(file, file), "pixels": bins(pixels, pixels), "planar": bins(array([3, 2, 1], b"u1", bytes(6)), pixels),
        "flags": bins(file, file, flags=array([1], b"b1", b"\1")), "wide_flags": bins(file, file, flags=array([1], b"i8", bytes(8), b"<")),
        "all_in_one": b"(" + array([2, 1, 1, 3], b"u1", bytes(6)) + b"(I01\nlt.", "wrong_shape": bins(array([5], b"u1", image[:4]), file),
        "huge_shape": bins(array([2**62, 2**62, 4], b"u1", b""), file), "negative": bins(array([-1], b"u1", b""), file), "reals": bins(array([1], b"f8", bytes(8)), file),
        "other_order": bins(file, file, flags=array([1], b"i8", bytes(8), b">")), "one_flag_too_many": bins(file, file, flags=b"(I01\nI01\nl"),
        "no_state": bins(reconstruct + b"R", file), "forbidden": b"cos\nsystem\n(U\x02lstR.", "number": b"I1\n.", "three": b"(I1\nI1\nI1\nt.",
        "texts": bins(b"V\\xff\\xd8\n", b"V\\u0100\n"), "no_pixels": bins(array([0, 4, 3], b"u1", b""), file), "empty": b"",
    })
    return cases


def template_tables():
    """The first byte says which table: 0 faces, 1 images, 2 pairs, 3 subjects."""
    points = b"30.5 51 65 51 48 71 33 92 62 92"
    return {
        "faces": b"\x001.jpg " + points + b" 0.99\n2.jpg\t" + points + b" 1\r\n",
        "faces_not_finite": b"\x001.jpg " + points + b" nan\n",
        "faces_overflow": b"\x001.jpg " + points + b" 1e999\n",
        "faces_short": b"\x001.jpg 1 2 3\n",
        "faces_long": b"\x001.jpg " + points + b" 1 1\n",
        "faces_blanks": b"\x00   \n\n\r\n",
        "images": b"\x011.jpg 1 69544\n2.jpg 1 -3\n",
        "images_overflow": b"\x011.jpg 99999999999999999999 1\n",
        "pairs": b"\x021 11065 1\n1 11066 0\n",
        "pairs_label": b"\x021 2 3\n",
        "pairs_no_end": b"\x021 2 0",
        "subjects": b"\x03TEMPLATE_ID,SUBJECT_ID,FILENAME\n2,5,img/1.jpg\n2,5,img/2.jpg\n",
        "subjects_mark": b"\x03\xef\xbb\xbf3,4\n",
        "subjects_two_people": b"\x031,5\n1,6\n",
        "subjects_commas": b"\x03,,,,\n1,,\n",
    }


TARGETS = [template_tables, tensor_header, pickle_, job_file, json_, names, control_groups, command_line, sweep_file, pairs_txt, metrics, evaluation,
           manifest, png, jpeg, run_record, dataset, client_state, weights,
           record_io, landmarks, pair_list, people, parquet, pair_set]


def main():
    for target in TARGETS:
        name = target.__name__.rstrip("_")
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        folder = HERE / "corpus" / name
        folder.mkdir(parents=True, exist_ok=True)
        for case, content in target().items():
            (folder / case).write_bytes(content)


if __name__ == "__main__":
    main()

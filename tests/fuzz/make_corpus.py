#!/usr/bin/env python3
"""make_corpus.py [TARGET...]: writes the files that fuzzing starts from to corpus/TARGET, next to this script.

Each function makes the files of one target: some that are right, and some of each kind that once was, or could be, taken
wrongly. Files named found_* are not made here: fuzzing found them.
"""

import json
import pathlib
import struct
import sys

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


TARGETS = [tensor_header, job_file]


def main():
    wanted = sys.argv[1:] or [target.__name__ for target in TARGETS]
    for target in TARGETS:
        if target.__name__ not in wanted:
            continue
        folder = HERE / "corpus" / target.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in target().items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()

"""check_weights.py FOLDER MODEL.onnx...: whether onnxruntime and, where it can be imported, PyTorch give for the files of
each network in FOLDER what fedfr gives, and whether the models run. Says what is wrong and exits with 1."""
import json
import pathlib
import struct
import sys

import numpy
import onnxruntime

try:
    import torch
except Exception as why:  # a wheel without its libraries fails in many ways
    torch = None
    print(f"NEEDS torch ({why}): .pt and .ts were not read by PyTorch")

failures = []


def expect(condition, text):
    if not condition:
        failures.append(text)


def read_safetensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    types = {"F32": numpy.float32, "I64": numpy.int64}
    return {name: numpy.frombuffer(data[8 + length + entry["data_offsets"][0]:8 + length + entry["data_offsets"][1]],
                                   types[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def difference(got, wanted):
    return float(numpy.abs(numpy.asarray(got) - wanted).max() / numpy.abs(wanted).max())


def check_network(expected):
    name = expected.name.removesuffix(".expected.safetensors")
    values = read_safetensors(expected)
    session = onnxruntime.InferenceSession(str(expected.with_name(name + ".onnx")), providers=["CPUExecutionProvider"])
    for count in (1, len(values["input"])):
        got = session.run(None, {"input": values["input"][:count]})[0]
        expect(got.shape == values["output"][:count].shape, f"{name}: shape {got.shape}")
        worst = difference(got, values["output"][:count])
        print(f"{name}: onnxruntime, batch of {count}: {worst:.1e}")
        expect(worst < 1e-4, f"{name}: onnxruntime differs by {worst}")
    if torch is None:
        return
    worst = difference(torch.jit.load(str(expected.with_name(name + ".ts")))(torch.from_numpy(values["input"].copy())).detach(), values["output"])
    print(f"{name}: TorchScript in PyTorch {torch.__version__}: {worst:.1e}")
    expect(worst < 1e-4, f"{name}: TorchScript differs by {worst}")
    read = torch.load(str(expected.with_name(name + ".pt")), weights_only=True)
    wanted = read_safetensors(expected.with_name(name + ".dict.safetensors"))
    expect(set(read) == set(wanted), f"{name}: other names in the state dict")
    for key, tensor in read.items():
        expect(tensor.numpy().dtype == wanted[key].dtype and numpy.array_equal(tensor.numpy(), wanted[key]), f"{name}: {key} differs")


for expected in sorted(pathlib.Path(sys.argv[1]).glob("*.expected.safetensors")):
    check_network(expected)
expect(list(pathlib.Path(sys.argv[1]).glob("*.expected.safetensors")), "no network was written")
for model in sys.argv[2:]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    shape = session.get_inputs()[0].shape
    expect(isinstance(shape[0], str), f"{model}: the batch is fixed")
    images = numpy.random.default_rng(1).uniform(-1, 1, [3] + shape[1:]).astype(numpy.float32)
    got = session.run(None, {"input": images})[0]
    expect(got.shape == (3, session.get_outputs()[0].shape[1]) and numpy.isfinite(got).all(), f"{model}: shape {got.shape}")
    if "model" in model:
        expect(abs(numpy.linalg.norm(got, axis=1) - 1).max() < 1e-5, f"{model}: not of unit length")
for failure in failures:
    print("FAILED:", failure)
sys.exit(1 if failures else 0)

#!/usr/bin/env python3
"""Makes `expected.txt` beside it: what OpenCV's resize and Pillow's ImageEnhance, by which torchvision changes colours,
make of a small image. Run by hand, with Pillow 10 or newer, NumPy and OpenCV 4:

    python3 tests/unit/data/augment/make.py

Each line has an operation, its arguments and the bytes of its result, planar [3,H,W], in hexadecimal: "cubic HEIGHT
WIDTH BYTES" or "contrast FACTOR BYTES". The image itself is a formula, which the test repeats.
"""
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageEnhance

height, width = 10, 9
index = np.arange(3 * height * width)
planes = ((index * 37 + index * index % 211) % 256).astype(np.uint8).reshape(3, height, width)
image = np.ascontiguousarray(planes.transpose(1, 2, 0))

filters = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "area": cv2.INTER_AREA,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}
changes = {
    "brightness": ImageEnhance.Brightness,
    "contrast": ImageEnhance.Contrast,
    "saturation": ImageEnhance.Color,
}


def line(words, result):
    return " ".join([*words, np.asarray(result).transpose(2, 0, 1).tobytes().hex()])


lines = []
for name, interpolation in filters.items():
    for to_height, to_width in [(4, 3), (7, 8), (5, 3), (1, 1), (13, 25), (20, 18), (10, 9), (11, 4)]:
        result = cv2.resize(image, (to_width, to_height), interpolation=interpolation)
        lines.append(line([name, str(to_height), str(to_width)], result))
for name, change in changes.items():
    for factor in ["0.5", "0.8125", "1", "1.3", "1.5"]:
        lines.append(line([name, factor], change(Image.fromarray(image)).enhance(float(factor))))
(Path(__file__).parent / "expected.txt").write_text("\n".join(lines) + "\n")

#!/usr/bin/env python3
"""Draws a picture and has OpenCV align it by some sets of five points: what fedfr has to make of them as well, to within
one grey level. Run by hand, with NumPy, Pillow and opencv-python-headless 5:

    python3 tests/unit/data/aligned/make.py

`landmarks.csv` has the points of each case (case,x1,y1,...,x5,y5), `CASE.png` what OpenCV made of `drawing.png`.
"""
import math
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

here = Path(__file__).parent
template = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
                    np.float32).astype(float)


def drawing(height, width):
    """Slopes, waves, edges and a little noise."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    channels = [128 + 60 * np.sin(x / (5 + c) + c) + 50 * np.cos(y / (7 - c)) + np.where(x > 1.3 * y, 25, -10) for c in range(3)]
    noise = np.random.default_rng(7).integers(-9, 10, (height, width, 3))
    return np.clip(np.stack(channels, 2) + noise, 0, 255).astype(np.uint8)


def similarity(points):
    """The least squares of z -> a z + b."""
    z, w = points @ [1, 1j], template @ [1, 1j]
    a = (np.conj(z - z.mean()) * (w - w.mean())).sum() / (abs(z - z.mean()) ** 2).sum()
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def main():
    picture = drawing(72, 90)
    Image.fromarray(picture).save(here / "drawing.png")
    random = np.random.default_rng(3)
    cases = {"upright": (0.0, 0.5), "turned": (0.6, 0.4), "large": (-0.2, 1.3), "small": (2.5, 0.15)}
    lines = []
    for name, (angle, scale) in cases.items():
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        points = ((template - 56) @ turn * scale + [45, 36] + random.normal(0, 1, (5, 2))).round(3)
        points = points.astype(np.float32).astype(float)
        aligned = cv2.warpAffine(picture, similarity(points), (112, 112), borderValue=0.0)
        Image.fromarray(aligned).save(here / f"{name}.png")
        lines.append(",".join([name + ".png"] + [f"{value:.3f}" for value in points.ravel()]))
    (here / "landmarks.csv").write_text("\n".join(["case,x1,y1,x2,y2,x3,y3,x4,y4,x5,y5"] + lines) + "\n")


main()

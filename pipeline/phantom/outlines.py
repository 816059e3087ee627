"""The outlines of the phantom's chest: `(x, y)` in [0, 1], x to the right, y down.

The patient's right lies at small x. Drawn after no radiograph; the proportions are those of an
upright adult. Lungs include what lies behind the heart, as the segmentation's do.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import BoolArray, FloatArray

Points = NDArray[np.float64]
Outline = tuple[tuple[float, float], ...]

RIGHT_LUNG: Outline = (
    *((0.325, 0.085), (0.385, 0.105), (0.425, 0.175), (0.444, 0.28), (0.45, 0.42)),
    *((0.448, 0.56), (0.445, 0.665), (0.425, 0.705), (0.36, 0.665), (0.28, 0.655)),
    *((0.205, 0.685), (0.135, 0.775), (0.118, 0.70), (0.112, 0.56), (0.125, 0.42)),
    *((0.16, 0.28), (0.21, 0.17), (0.265, 0.105)),
)
LEFT_LUNG: Outline = (
    *((0.675, 0.085), (0.615, 0.105), (0.575, 0.175), (0.556, 0.28), (0.55, 0.42)),
    *((0.552, 0.56), (0.555, 0.675), (0.575, 0.725), (0.64, 0.695), (0.72, 0.685)),
    *((0.795, 0.71), (0.865, 0.79), (0.882, 0.71), (0.888, 0.56), (0.875, 0.42)),
    *((0.84, 0.28), (0.79, 0.17), (0.735, 0.105)),
)
HEART: Outline = (
    *((0.45, 0.33), (0.50, 0.30), (0.56, 0.33), (0.59, 0.40), (0.645, 0.49), (0.70, 0.58)),
    *((0.722, 0.655), (0.70, 0.70), (0.60, 0.735), (0.47, 0.735), (0.41, 0.70)),
    *((0.393, 0.62), (0.40, 0.53), (0.428, 0.43)),
)
MEDIASTINUM: Outline = (
    *((0.45, -0.05), (0.55, -0.05), (0.552, 0.12), (0.575, 0.20), (0.597, 0.235)),
    *((0.592, 0.275), (0.57, 0.31), (0.565, 0.50), (0.56, 0.75), (0.44, 0.75)),
    *((0.432, 0.50), (0.43, 0.33), (0.44, 0.22), (0.442, 0.12)),
)
BODY: Outline = (
    *((0.415, -0.10), (0.585, -0.10), (0.60, 0.02), (0.70, 0.045), (0.85, 0.075)),
    *((0.97, 0.14), (1.06, 0.30), (1.05, 0.46), (0.985, 0.52), (0.955, 0.62), (0.945, 0.80)),
    *((0.955, 1.10), (0.045, 1.10), (0.055, 0.80), (0.045, 0.62), (0.015, 0.52)),
    *((-0.05, 0.46), (-0.06, 0.30), (0.03, 0.14), (0.15, 0.075), (0.30, 0.045), (0.40, 0.02)),
)
RIGHT_CLAVICLE: Outline = (
    *((0.458, 0.175), (0.40, 0.158), (0.33, 0.128), (0.25, 0.105), (0.17, 0.098), (0.09, 0.10)),
)
RIGHT_SCAPULA: Outline = (
    *((0.075, 0.14), (0.13, 0.135), (0.19, 0.16), (0.20, 0.25), (0.165, 0.36), (0.135, 0.41)),
    *((0.105, 0.33), (0.08, 0.23)),
)
STOMACH_BUBBLE: Outline = (
    *((0.63, 0.735), (0.68, 0.722), (0.735, 0.725), (0.765, 0.75), (0.73, 0.765), (0.66, 0.765)),
)


def smooth(outline: Outline | Points, *, closed: bool = True, steps: int = 24) -> Points:
    """A Catmull-Rom curve through the points: `(point, 2)` float64."""
    points = np.asarray(outline, np.float64)
    if closed:
        before, after, later = (np.roll(points, shift, axis=0) for shift in (1, -1, -2))
        start = points
    else:
        padded = np.concatenate(
            [2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]]
        )
        before, start, after, later = (padded[i : len(padded) - 3 + i] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=not closed)[None, :, None]
    p0, p1, p2, p3 = (part[:, None, :] for part in (before, start, after, later))
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return np.asarray(curve.reshape(-1, 2))


def mirrored(outline: Outline) -> Outline:
    """The same on the other side."""
    return tuple((1 - x, y) for x, y in outline)


def filled(curve: Points, shape: tuple[int, int]) -> BoolArray:
    """What a closed curve encloses, `(row, col)` bool."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [_pixels(curve, shape)], 1)
    return canvas.astype(bool)


def stroked(curves: list[Points], width: float, shape: tuple[int, int]) -> FloatArray:
    """Lines of a width (in parts of the radiograph's columns), `(row, col)` float32 in [0, 1]."""
    canvas = np.zeros(shape, np.uint8)
    thick = max(1, round(width * shape[1]))
    cv2.polylines(canvas, [_pixels(c, shape) for c in curves], False, 255, thick, cv2.LINE_AA)
    return canvas.astype(np.float32) / np.float32(255)


def _pixels(curve: Points, shape: tuple[int, int]) -> NDArray[np.int32]:
    rows, cols = shape
    return np.round(curve * (cols, rows)).astype(np.int32)

"""Photographs of screens and light boxes, as the gate is taught them: drawn flat, cue by cue.

`training/gate/through_a_lens.py` makes those that it is tested on, by another recipe.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]
Random = np.random.Generator
SIZE = 192
SURROUNDED, STRIPED, GLARED = 0.75, 0.5, 0.6


def photographed(grey: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """A picture as a camera might see it on a screen or a light box.

    Args:
        grey: `(row, col)` uint8.
        random: The random generator.

    Returns:
        `(SIZE, SIZE)` uint8. Its surroundings show, or else stripes or glare do.
    """
    picture = cv2.resize(grey, (SIZE, SIZE), interpolation=cv2.INTER_AREA) / np.float32(255)
    picture = _shown(picture.astype(np.float32), random)
    surrounded = random.random() < SURROUNDED
    striped, glared = random.random() < STRIPED, random.random() < GLARED
    if striped or not (surrounded or glared):
        picture = _striped(picture, random, 1.0 if surrounded else 1.8)
    picture = _placed(picture, random) if surrounded else _near(picture, random)
    if glared:
        picture = _glared(picture, random)
    return _recorded(picture, random)


def _shown(picture: FloatImage, random: Random) -> FloatImage:
    """Blacks that are not black, another gamma, an unevenly lit screen or light box."""
    black = random.uniform(0, 0.25)
    shown = black + (random.uniform(0.6, 1) - black) * picture ** random.uniform(0.7, 1.4)
    return (shown * _slope(random, 0.35)).astype(np.float32)


def _slope(random: Random, most: float) -> FloatImage:
    """Brightness that changes evenly across the picture, 1 at most."""
    rows, cols = np.mgrid[:SIZE, :SIZE] / (SIZE - 1)
    across, down = random.uniform(-1, 1, 2)
    ramp = across * (cols - 0.5) + down * (rows - 0.5)
    ramp = (ramp - ramp.min()) / max(float(np.ptp(ramp)), 1e-6)
    return np.asarray(1 - random.uniform(0, most) * ramp, np.float32)


def _striped(picture: FloatImage, random: Random, strength: float) -> FloatImage:
    """Moiré: a few families of bent stripes."""
    rows, cols = np.mgrid[:SIZE, :SIZE] / SIZE
    stripes = np.zeros_like(picture)
    for _ in range(int(random.integers(1, 4))):
        angle, count = random.uniform(0, np.pi), random.uniform(6, 70)
        bend = random.uniform(-4, 4, 2)
        along = np.cos(angle) * cols + np.sin(angle) * rows
        phase = count * along + bend[0] * cols**2 + bend[1] * rows**2
        stripes += np.sin(2 * np.pi * phase + random.uniform(0, 6.3)).astype(np.float32)
    depth = strength * random.uniform(0.02, 0.07)
    return (picture * (1 + depth * stripes)).astype(np.float32)


def _placed(picture: FloatImage, random: Random) -> FloatImage:
    """The picture as a quadrangle, with what is around it."""
    side, middle = random.uniform(0.5, 0.95) * SIZE, SIZE / 2
    wide, high = side, side * random.uniform(0.75, 1.2)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (wide / 2, high / 2)
    angle = random.normal(0, 7) * np.pi / 180
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = corners @ turn + random.uniform(-0.09, 0.09, (4, 2)) * side
    corners += middle + random.uniform(-0.1, 0.1, 2) * SIZE
    around = BACKGROUNDS[int(random.integers(len(BACKGROUNDS)))](random)
    around = _framed(around, corners, random)
    flat = np.array([[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    laid = cv2.warpPerspective(picture, matrix, (SIZE, SIZE), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.ones_like(picture), matrix, (SIZE, SIZE))
    return (around * (1 - inside) + laid * inside).astype(np.float32)


def _framed(around: FloatImage, corners: NDArray[np.float64], random: Random) -> FloatImage:
    """A bezel, a light box around the quadrangle, and bars beside it."""
    middle = corners.mean(axis=0)
    for _ in range(int(random.integers(0, 3))):
        grown = (middle + (corners - middle) * random.uniform(1.03, 1.3, (1, 2))).round()
        cv2.fillConvexPoly(around, grown.astype(np.int32), float(random.uniform(0, 1)))
    for _ in range(int(random.integers(0, 4))):
        one, other = random.uniform(-0.1, 1.1, (2, 2)) * SIZE
        ends = tuple(tuple(int(value) for value in end) for end in (one, other))
        thick = int(random.integers(1, 12))
        cv2.line(around, ends[0], ends[1], float(random.uniform(0, 1)), thick)
    return around


def _plain(random: Random) -> FloatImage:
    return np.full((SIZE, SIZE), random.uniform(0, 1), np.float32)


def _dark(random: Random) -> FloatImage:
    return (random.uniform(0, 0.2) * _slope(random, 0.9)).astype(np.float32)


def _bright(random: Random) -> FloatImage:
    return (random.uniform(0.6, 1) * _slope(random, 0.6)).astype(np.float32)


def _cluttered(random: Random) -> FloatImage:
    """Smooth spots and rectangles: a wall, a desk, a hand, other screens."""
    cells = int(random.integers(2, 9))
    coarse = random.uniform(0, 1, (cells, cells)).astype(np.float32)
    around = cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(random.integers(0, 8))):
        top, left = (int(value) for value in random.integers(0, SIZE, 2))
        high, wide = (int(value) for value in random.integers(8, SIZE // 2, 2))
        around[top : top + high, left : left + wide] = random.uniform(0, 1)
    around = cv2.GaussianBlur(around, (0, 0), random.uniform(0.3, 4))
    return np.clip(around, 0, 1).astype(np.float32)


BACKGROUNDS: tuple[Callable[[Random], FloatImage], ...] = (
    _plain,
    _dark,
    _bright,
    _cluttered,
    _cluttered,
)


def _near(picture: FloatImage, random: Random) -> FloatImage:
    """Taken so near that nothing around it shows, and a little aslant."""
    flat = np.array([[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]], np.float32)
    seen = flat + random.uniform(-0.12, 0.12, (4, 2)).astype(np.float32) * SIZE
    seen = SIZE / 2 + (seen - SIZE / 2) * np.float32(1.1)
    matrix = cv2.getPerspectiveTransform(flat, seen.astype(np.float32))
    laid = cv2.warpPerspective(picture, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(laid, np.float32)


def _glared(picture: FloatImage, random: Random) -> FloatImage:
    """Lamps and windows that are reflected."""
    light = np.zeros_like(picture)
    for _ in range(int(random.integers(1, 4))):
        centre = tuple(int(value) for value in random.integers(0, SIZE, 2))
        axes = tuple(int(value) for value in random.integers(6, SIZE // 4, 2))
        power = float(random.uniform(0.2, 0.9))
        if random.random() < 0.5:
            cv2.ellipse(light, centre, axes, random.uniform(0, 180), 0, 360, power, cv2.FILLED)
        else:
            box = cv2.boxPoints((centre, axes, float(random.uniform(0, 180))))
            cv2.fillConvexPoly(light, box.astype(np.int32), power)
    soft = np.asarray(cv2.GaussianBlur(light, (0, 0), random.uniform(2, 18)), np.float32)
    return picture + soft * (1 - picture)


def _recorded(picture: FloatImage, random: Random) -> NDArray[np.uint8]:
    """Out of focus, noisy, compressed."""
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 1.5)), np.float32)
    lit = soft * _slope(random, 0.3)
    noise = random.normal(0, random.uniform(0.003, 0.03), lit.shape)
    grey = (np.clip(lit + noise, 0, 1) * 255).round().astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(35, 95))]
    stored = cv2.imencode(".jpg", grey, quality)[1]
    return np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.uint8)

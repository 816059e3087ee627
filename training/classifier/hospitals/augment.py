"""Augmentation against all that differs between hospitals: tones, machines, marks, resolution.

Nothing here is what `python -m bench reliance` does to a radiograph: a classifier taught on a test
passes it and has learned nothing.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.classifier.augment import FloatImage

GreyImage = NDArray[np.uint8]
Tones = NDArray[np.float32]
FLIPPED, TONED, GRADED, CURVED = 0.4, 0.4, 0.7, 0.25
TUBES, LETTERS, PATCHES, NOISE, COMPRESSED = 0.25, 0.15, 0.3, 0.25, 0.1


def varied(
    image: GreyImage, random: np.random.Generator, size: int, tones: Sequence[Tones]
) -> FloatImage:
    """One training picture.

    Args:
        image: `(row, col)` uint8, square, 0 outside what the classifier sees.
        random: The random generator.
        size: Rows and columns of the result.
        tones: Sorted grey values of other radiographs, each in [0, 1]; one lends its tones.

    Returns:
        `(size, size)` float32 in [0, 1], 0 outside.
    """
    placed = moved(image, random, size)
    inside = placed > 0
    if inside.sum() < 50:
        return placed.astype(np.float32) / np.float32(255)
    picture = placed.astype(np.float32) / np.float32(255)
    picture[inside] = toned(picture[inside], random, tones)
    picture = resampled(picture, random)
    picture = marked(picture, random)
    return np.where(inside, np.clip(picture, 1 / 255, 1), 0).astype(np.float32)


def moved(image: GreyImage, random: np.random.Generator, size: int) -> GreyImage:
    """Turn, scale, distort, shift and mirror a picture onto another grid."""
    grid = image.shape[0]
    scale = float(np.exp(random.uniform(-0.15, 0.15))) * size / grid
    matrix = cv2.getRotationMatrix2D((grid / 2, grid / 2), random.uniform(-12, 12), scale)
    matrix[0, 0] *= np.exp(random.uniform(-0.08, 0.08))
    matrix[1, 1] *= np.exp(random.uniform(-0.08, 0.08))
    shift = random.uniform(-0.06, 0.06, 2) * size
    matrix[:, 2] = size / 2 - matrix[:, :2] @ np.full(2, grid / 2) + shift
    placed = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_AREA)
    if random.random() < FLIPPED:
        placed = np.ascontiguousarray(placed[:, ::-1])
    return placed.astype(np.uint8)


def toned(values: Tones, random: np.random.Generator, tones: Sequence[Tones]) -> Tones:
    """Another radiograph's histogram, another gamma and contrast, another tone curve."""
    found = values.astype(np.float64)
    if tones and random.random() < TONED:
        other = tones[int(random.integers(len(tones)))]
        ranks = np.empty(found.size)
        ranks[found.argsort(kind="stable")] = np.linspace(0, 1, found.size)
        matched = np.interp(ranks, np.linspace(0, 1, other.size), other)
        share = random.uniform(0.4, 1)
        found = share * matched + (1 - share) * found
    if random.random() < GRADED:
        found = found ** np.exp(random.uniform(-0.5, 0.5))
        found = (found - 0.5) * (1 + random.uniform(-0.35, 0.35)) + 0.5
        found = found + random.uniform(-0.12, 0.12)
    if random.random() < CURVED:
        knots = np.concatenate([[0], np.sort(random.uniform(0, 1, 4)), [1]])
        found = np.interp(found, np.linspace(0, 1, knots.size), knots)
    return np.clip(found, 0, 1).astype(np.float32)


def resampled(picture: FloatImage, random: np.random.Generator) -> FloatImage:
    """Blur, a lower resolution, sharpening or local contrast; noise; compression."""
    size, kind = picture.shape[0], random.random()
    found: NDArray[Any] = picture
    if kind < 0.15:
        found = cv2.GaussianBlur(found, (0, 0), random.uniform(0.4, 1.3))
    elif kind < 0.3:
        side = int(size * random.uniform(0.45, 0.9))
        small = cv2.resize(found, (side, side), interpolation=cv2.INTER_AREA)
        found = cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR)
    elif kind < 0.4:
        found = found + random.uniform(0.3, 1) * (found - cv2.GaussianBlur(found, (0, 0), 2.0))
    elif kind < 0.5:
        local = cv2.createCLAHE(random.uniform(1.5, 3.5), (4, 4))
        found = local.apply(_bytes(found)).astype(np.float32) / np.float32(255)
    if random.random() < NOISE:
        found = found + random.normal(0, random.uniform(0.01, 0.05), found.shape)
    if random.random() < COMPRESSED:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 80))]
        stored = cv2.imencode(".jpg", _bytes(found), quality)[1]
        found = np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.float32)
        found = found / np.float32(255)
    return np.asarray(found, np.float32)


def marked(picture: FloatImage, random: np.random.Generator) -> FloatImage:
    """Tubes and leads, letters, and rectangles of one grey."""
    drawn = _bytes(picture)
    size = drawn.shape[0]
    if random.random() < TUBES:
        for _ in range(int(random.integers(1, 4))):
            ends = random.uniform(0, size, (4, 2))
            along = np.linspace(0, 1, 24)[:, None]
            curve = (
                (1 - along) ** 3 * ends[0]
                + 3 * along * (1 - along) ** 2 * ends[1]
                + 3 * along**2 * (1 - along) * ends[2]
                + along**3 * ends[3]
            )
            tone, thick = int(random.choice([255, 230, 25])), int(random.integers(1, 3))
            cv2.polylines(drawn, [curve.astype(np.int32)], False, tone, thick)
    if random.random() < LETTERS:
        place = (int(random.integers(0, size)), int(random.integers(0, size)))
        letter, height = chr(int(random.integers(65, 91))), float(random.uniform(0.3, 1))
        tone, thick = int(random.integers(0, 256)), int(random.integers(1, 3))
        cv2.putText(drawn, letter, place, cv2.FONT_HERSHEY_SIMPLEX, height, tone, thick)
    if random.random() < PATCHES:
        for _ in range(int(random.integers(1, 4))):
            high, wide = (random.uniform(0.05, 0.2, 2) * size).astype(int)
            row, col = int(random.integers(0, size - high)), int(random.integers(0, size - wide))
            drawn[row : row + high, col : col + wide] = int(random.integers(0, 256))
    return drawn.astype(np.float32) / np.float32(255)


def _bytes(picture: FloatImage) -> GreyImage:
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)

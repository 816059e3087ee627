"""Augmentation against what differs between hospitals and not between lungs."""

import cv2
import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]


def random_affine(
    random: np.random.Generator, size: int, *, degrees: float, scale: float, shift: float
) -> NDArray[np.float64]:
    """A `(2, 3)` matrix that turns, scales and shifts about the centre of a square picture."""
    angle = random.uniform(-degrees, degrees)
    factor = float(np.exp(random.uniform(-scale, scale)))
    matrix = np.array(
        cv2.getRotationMatrix2D((size / 2, size / 2), angle, factor), dtype=np.float64
    )
    matrix[:, 2] += random.uniform(-shift, shift, 2) * size
    return matrix


def random_tone(
    random: np.random.Generator, image: FloatImage, strength: float = 1.0
) -> FloatImage:
    """Change gamma, contrast, brightness, sharpness and noise of a radiograph in [0, 1].

    Args:
        random: The random generator.
        image: `(row, col)` float32 in [0, 1].
        strength: How far gamma, contrast and brightness move; 1 is up to exp(0.6), 40 % and 0.15.
    """
    gamma = float(np.exp(random.uniform(-0.6, 0.6) * strength))
    contrast = 1 + random.uniform(-0.4, 0.4) * strength
    brightness = random.uniform(-0.15, 0.15) * strength
    toned = np.asarray(image**gamma, dtype=np.float64)
    toned = (toned - 0.5) * contrast + 0.5 + brightness
    if random.random() < 0.3:
        toned = np.asarray(cv2.GaussianBlur(toned, (0, 0), random.uniform(0.3, 1.2)), np.float64)
    if random.random() < 0.3:
        toned = toned + random.normal(0, random.uniform(0.01, 0.05), toned.shape)
    return np.clip(toned, 0, 1).astype(np.float32)


def random_marks(random: np.random.Generator, image: FloatImage) -> FloatImage:
    """Burn in letters, boxes and collimator borders, so that none of them gives a class away."""
    marked = (image * 255).astype(np.uint8)  # OpenCV draws text on 8 bits only
    rows, cols = marked.shape
    for _ in range(random.integers(0, 3)):
        tone = int(random.choice([0, 255, int(random.integers(0, 256))]))
        row, col = int(random.integers(0, rows)), int(random.integers(0, cols))
        if random.random() < 0.5:
            letter = chr(int(random.integers(65, 91)))
            height = float(random.uniform(0.3, 1.0)) * rows / 224
            cv2.putText(marked, letter, (col, row), cv2.FONT_HERSHEY_SIMPLEX, height, tone, 1)
        else:
            width, depth = int(random.integers(4, cols // 5)), int(random.integers(3, rows // 8))
            cv2.rectangle(marked, (col, row), (col + width, row + depth), tone, cv2.FILLED)
    if random.random() < 0.2:
        edge = int(random.integers(1, rows // 10))
        turned = np.rot90(marked, int(random.integers(0, 4)))
        turned[:edge] = int(random.choice([0, 255]))  # a view: it writes into `marked`
    return marked.astype(np.float32) / np.float32(255)

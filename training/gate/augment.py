"""How the gate's pictures are varied, and pictures of nothing at all."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading.gate import INPUT_SIZE

GreyImage = NDArray[np.uint8]
FloatImage = NDArray[np.float32]
Random = np.random.Generator
MIRRORED, FRAMED, NEGATIVE, LETTERED, BLURRED, NOISY = 0.5, 0.25, 0.05, 0.3, 0.2, 0.2


def varied(image: GreyImage, random: Random, quarter_turns: int = 0) -> FloatImage:
    """One picture as the network sees it, `(INPUT_SIZE, INPUT_SIZE)` float32 in [0, 1].

    Args:
        image: `(row, col)` uint8, square.
        random: The random generator.
        quarter_turns: Counter-clockwise, after all else was done to the upright picture.
    """
    grid, size = image.shape[0], INPUT_SIZE
    scale = float(np.exp(random.uniform(-0.22, 0.2))) * size / grid
    matrix = cv2.getRotationMatrix2D((grid / 2, grid / 2), random.uniform(-12, 12), scale)
    matrix[0] *= np.exp(random.uniform(-0.15, 0.15))
    matrix[1] *= np.exp(random.uniform(-0.15, 0.15))
    shift = random.uniform(-0.08, 0.08, 2) * size
    matrix[:, 2] = size / 2 - matrix[:, :2] @ np.full(2, grid / 2) + shift
    border = cv2.BORDER_REPLICATE if random.random() < 0.5 else cv2.BORDER_CONSTANT
    placed = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_AREA, borderMode=border)
    picture = placed.astype(np.float32) / np.float32(255)
    if random.random() < MIRRORED:
        picture = picture[:, ::-1]
    picture = _toned(_marked(np.ascontiguousarray(picture), random), random)
    return np.ascontiguousarray(np.rot90(picture, quarter_turns))


def _marked(picture: FloatImage, random: Random) -> FloatImage:
    """A collimator's black frame; letters and plates."""
    size = picture.shape[0]
    if random.random() < FRAMED:
        top, bottom, left, right = (int(value) for value in random.integers(0, size // 7, 4))
        tone = np.float32(random.choice([0.0, 0.0, 1.0]))
        framed = np.full_like(picture, tone)
        inside = np.s_[top : size - bottom, left : size - right]
        framed[inside] = picture[inside]
        picture = framed
    if random.random() < LETTERED:
        for _ in range(int(random.integers(1, 4))):
            top, left = (int(value) for value in random.integers(0, size - 10, 2))
            high, wide = int(random.integers(2, 9)), int(random.integers(2, 16))
            picture[top : top + high, left : left + wide] = random.uniform(0, 1)
    return picture


def _toned(picture: FloatImage, random: Random) -> FloatImage:
    """Another gamma, contrast and brightness; the negative; blur and noise."""
    picture = picture ** np.float32(np.exp(random.uniform(-0.6, 0.6)))
    contrast = 1 + random.uniform(-0.5, 0.3)
    picture = (picture - 0.5) * np.float32(contrast) + np.float32(0.5 + random.uniform(-0.15, 0.15))
    if random.random() < NEGATIVE:
        picture = 1 - picture
    if random.random() < BLURRED:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.2)).astype(np.float32)
    if random.random() < NOISY:
        noise = random.normal(0, random.uniform(0.005, 0.04), picture.shape)
        picture = picture + noise.astype(np.float32)
    return np.clip(picture, 0, 1).astype(np.float32)


def of_nothing(random: Random, size: int) -> GreyImage:
    """A picture that shows no body: noise, a ramp, lines of text, shapes."""
    kind = int(random.integers(5))
    if kind == 0:
        made = random.normal(random.uniform(50, 200), random.uniform(5, 80), (size, size))
    elif kind == 1:
        cells = int(random.integers(2, 24))
        coarse = random.uniform(0, 255, (cells, cells)).astype(np.float32)
        smooth = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
        made = np.asarray(smooth, np.float64)
    elif kind == 2:
        rows, cols = np.mgrid[:size, :size] / size
        across, down = random.uniform(-255, 255, 2)
        made = 128 + across * (cols - 0.5) + down * (rows - 0.5)
    elif kind == 3:
        made = np.full((size, size), 240.0)
        step = int(random.integers(6, 14))
        for top in range(4, size - 4, step):
            for left in range(4, int(size * random.uniform(0.4, 1)), 6):
                made[top : top + step // 2, left : left + int(random.integers(1, 6))] = 20
    else:
        made = np.full((size, size), random.uniform(0, 255))
        for _ in range(int(random.integers(1, 9))):
            tone = float(random.uniform(0, 255))
            centre = tuple(int(value) for value in random.integers(0, size, 2))
            axes = tuple(int(value) for value in random.integers(3, size // 3, 2))
            if random.random() < 0.5:
                cv2.ellipse(made, centre, axes, random.uniform(0, 180), 0, 360, tone, cv2.FILLED)
            else:
                made[centre[1] : centre[1] + axes[1], centre[0] : centre[0] + axes[0]] = tone
    return np.clip(made, 0, 255).astype(np.uint8)

"""Telling a colour photograph from a radiograph that was tinted or annotated in colour."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LIGHTNESS_BINS = 16
COLOUR_DISTANCE = 24  # of 255: further from the tint of its lightness, a pixel counts as coloured
COLOURED_SHARE = 0.1  # of the picture: more is a photograph, less a mark or a stamp
MEASURED_SIDE_PX = 256


def is_colour_picture(rgb: NDArray[np.uint8]) -> bool:
    """Whether a picture's colours differ where its lightness does not.

    A tinted scan has one colour for each lightness, so distance is measured from the median
    colour of the pixels that are equally light; a radiograph's arrows and stamps stay below the
    share.

    Args:
        rgb: `(row, col, 3)` uint8.
    """
    step = max(1, max(rgb.shape[:2]) // MEASURED_SIDE_PX)
    small = rgb[::step, ::step].reshape(-1, 3).astype(np.float32)
    lightness = small.mean(axis=1)
    chroma = small[:, (0, 2)] - small[:, 1:2]
    bins = np.minimum((lightness * LIGHTNESS_BINS / 256).astype(int), LIGHTNESS_BINS - 1)
    distance: NDArray[Any] = np.zeros(len(small))
    for index in np.unique(bins):
        inside = bins == index
        tint = np.median(chroma[inside], axis=0)
        distance[inside] = np.linalg.norm(chroma[inside] - tint, axis=1)
    return float(np.mean(distance > COLOUR_DISTANCE)) > COLOURED_SHARE


def has_colour(rgb: NDArray[np.uint8]) -> bool:
    """Whether any pixel of a `(row, col, 3)` picture is not grey."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    return not (np.array_equal(red, green) and np.array_equal(green, blue))

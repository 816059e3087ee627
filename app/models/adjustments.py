"""The place that the reader wants to be blanked: where it lies, and a frame around it."""

import numpy as np

from pipeline.pictures.overlays import Picture
from pipeline.types import Box

COLOUR = (255, 176, 0)
PERCENT = 100


def place(shape: tuple[int, int], across: tuple[int, int], down: tuple[int, int]) -> Box:
    """The rectangle between two pairs of percentages; never empty."""
    (rows, cols), ends = shape, []
    for length, (first, last) in ((rows, down), (cols, across)):
        start = min(length - 1, first * length // PERCENT)
        ends.append((start, max(start + 1, round(last * length / PERCENT))))
    (top, bottom), (left, right) = ends
    return Box(top=top, bottom=bottom, left=left, right=right)


def framed(picture: Picture, box: Box) -> Picture:
    """The picture with a frame around a place."""
    shown = picture.copy()
    thick = max(2, max(picture.shape) // 250)
    inside = np.zeros(picture.shape[:2], np.bool_)
    inside[box.top : box.bottom, box.left : box.right] = True
    frame = inside.copy()
    frame[box.top + thick : box.bottom - thick, box.left + thick : box.right - thick] = False
    shown[frame] = COLOUR
    return shown

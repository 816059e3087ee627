"""The part of a lung that lies behind the heart."""

import numpy as np

from pipeline.types import BoolArray
from segmentation.geometry import box_of

SMALLEST_BAY = 0.035  # of the lung: less is what two outlines of the same border differ by


def with_the_part_behind_the_heart(
    lung: BoolArray, heart: BoolArray, outside: BoolArray
) -> BoolArray:
    """A lung with all that the heart hides of it.

    No adult radiograph was drawn with the lung behind the heart, so on some the network's outline
    runs around the heart like a hook. Where the heart lies under a lung, in the same column, the
    lung goes on down to the heart's lower border. A lung that is whole stays as the network found
    it, to the pixel: what is added has to be a bay.

    Args:
        lung: `(row, col)` bool, one lung as the network found it.
        heart: `(row, col)` bool.
        outside: `(row, col)` bool, what stays outside: spine and abdomen.

    Returns:
        `(row, col)` bool, never less than `lung`.
    """
    if not heart.any():
        return lung
    box = box_of(heart)
    found = lung[box.slices]
    above = np.logical_or.accumulate(found, axis=0)
    above |= lung[: box.top, box.left : box.right].any(axis=0)
    below = np.logical_or.accumulate((found | heart[box.slices])[::-1], axis=0)[::-1]
    hidden = above & below & ~outside[box.slices] & ~found
    if np.count_nonzero(hidden) <= SMALLEST_BAY * np.count_nonzero(lung):
        return lung
    whole = lung.copy()
    whole[box.slices] |= hidden
    return whole

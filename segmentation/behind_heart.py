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
    lung goes on down to the heart's lower border, or to the lung below it. A lung that is whole
    stays as the network found it, to the pixel: what is added has to be a bay.

    Args:
        lung: `(row, col)` bool, one lung as the network found it.
        heart: `(row, col)` bool.
        outside: `(row, col)` bool, what stays outside: spine and abdomen.

    Returns:
        `(row, col)` bool, never less than `lung`.
    """
    whole = lung.copy()
    if not heart.any():
        return whole
    box = box_of(heart)
    beside = np.s_[box.top :, box.left : box.right]
    from_above = lung[: box.top, box.left : box.right].any(axis=0)
    above = np.logical_or.accumulate(lung[beside], axis=0) | from_above
    below = np.logical_or.accumulate((lung | heart)[beside][::-1], axis=0)[::-1]
    whole[beside] |= above & below & ~outside[beside]
    return whole if whole.sum() > (1 + SMALLEST_BAY) * lung.sum() else lung.copy()

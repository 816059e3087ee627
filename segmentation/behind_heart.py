"""The part of a lung that lies behind the heart."""

import numpy as np

from pipeline.types import BoolArray
from segmentation.geometry import box_of


def with_the_part_behind_the_heart(
    lung: BoolArray, heart: BoolArray, abdomen: BoolArray
) -> BoolArray:
    """A lung with all that the heart hides of it.

    No adult radiograph was drawn with the lung behind the heart, so on some the network's outline
    runs around the heart like a hook. Where the heart lies under a lung, in the same column, the
    lung goes on down to the heart's lower border, or to the lung below it; the abdomen stays
    outside.

    Args:
        lung: `(row, col)` bool, one lung as the network found it.
        heart: `(row, col)` bool.
        abdomen: `(row, col)` bool, what lies under the diaphragm.

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
    whole[beside] |= above & below & ~abdomen[beside]
    return whole

"""The part of a lung that lies behind the heart: by the lung's own outline, then by the heart's."""

import numpy as np

from pipeline.types import BoolArray, Side
from segmentation.geometry import box_of

LOWER_HALF = 0.5  # of the lung's height: the heart lies below it
SMALLEST_BAY = 0.035  # of the lung: less is what two outlines of the same border differ by


def with_the_part_behind_the_heart(
    lung: BoolArray, heart: BoolArray, outside: BoolArray
) -> BoolArray:
    """A lung with all that the heart hides of it.

    Where the heart lies under a lung, in the same column, the lung goes on down to the heart's
    lower border. A lung that is whole stays as it was: what is added has to be a bay.

    Args:
        lung: `(row, col)` bool, one lung without bays.
        heart: `(row, col)` bool.
        outside: `(row, col)` bool, what stays outside: spine, abdomen, the other lung.

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


def without_bays(lung: BoolArray, side: Side) -> BoolArray:
    """Fill the bays that the heart's shadow leaves in a lung's medial border.

    No adult radiograph was drawn with the lung behind the heart, so on adults the network finds
    the aerated lung and, apart from it, some lung above the medial diaphragm: the outline then
    runs around the heart like a hook. A pixel of the lower medial quarter belongs to such a bay if
    the lung goes on below it, and either above it or on both sides of it. What lies under the
    diaphragm has no lung below it. The classifier was taught on lungs as far as this.

    Args:
        lung: `(row, col)` bool, one lung in one part.
        side: Whose lung; the right one lies at small columns.

    Returns:
        `(row, col)` bool, never less than `lung`.
    """
    if not lung.any():
        return lung.copy()
    box = box_of(lung)
    inside = np.s_[box.top : box.bottom, box.left : box.right]
    whole = lung.copy()
    whole[inside] = _filled(lung[inside], side)
    return whole


def _filled(lung: BoolArray, side: Side) -> BoolArray:
    """The same for a lung that reaches all four edges of its array."""
    rows, cols = (np.arange(size) for size in lung.shape)
    low = rows >= LOWER_HALF * rows[-1]
    outwards = cols - cols[-1] / 2
    quarter = low[:, None] & ((outwards >= 0) if side is Side.RIGHT else (outwards <= 0))
    whole = lung.copy()
    while True:
        above, below = _met(whole, 0)
        left, right = _met(whole, 1)
        bay = quarter & ~whole & below & (above | (left & right))
        if not bay.any():
            return whole
        whole |= bay


def _met(mask: BoolArray, axis: int) -> tuple[BoolArray, BoolArray]:
    """Where a mask has been met, going along an axis forwards, and backwards."""
    size = mask.shape[axis]
    first = np.where(mask.any(axis), mask.argmax(axis), size)
    last = np.where(mask.any(axis), size - 1 - np.flip(mask, axis).argmax(axis), -1)
    place = np.expand_dims(np.arange(size), 1 - axis)
    return place >= np.expand_dims(first, axis), place <= np.expand_dims(last, axis)

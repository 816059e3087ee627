"""The part of a lung that lies behind the heart, made whole where the network found half of it."""

import numpy as np

from pipeline.types import BoolArray, Side

LOWER_HALF = 0.5  # of the lung's height: the heart lies below it


def without_bays(lung: BoolArray, side: Side) -> BoolArray:
    """Fill the bays that the heart's shadow leaves in a lung's medial border.

    No adult radiograph was drawn with the lung behind the heart, so on adults the network finds
    the aerated lung and, apart from it, some lung above the medial diaphragm: the outline then
    runs around the heart like a hook. A pixel of the lower medial quarter belongs to such a bay if
    the lung goes on below it, and either above it or on both sides of it. What lies under the
    diaphragm has no lung below it, and a heart that hides the lung down to the diaphragm leaves
    no bay: nothing is drawn where the network found no lung beyond.

    Args:
        lung: `(row, col)` bool, one lung in one part.
        side: Whose lung; the right one lies at small columns.

    Returns:
        `(row, col)` bool, never less than `lung`.
    """
    rows, cols = np.flatnonzero(lung.any(axis=1)), np.flatnonzero(lung.any(axis=0))
    if rows.size == 0:
        return lung.copy()
    low = np.arange(lung.shape[0]) >= rows[0] + LOWER_HALF * (rows[-1] - rows[0])
    outwards = np.arange(lung.shape[1]) - (cols[0] + cols[-1]) / 2
    quarter = low[:, None] & ((outwards >= 0) if side is Side.RIGHT else (outwards <= 0))
    whole = lung.copy()
    while True:
        above, below = _reached(whole, 0)
        left, right = _reached(whole, 1)
        bay = quarter & ~whole & below & (above | (left & right))
        if not bay.any():
            return whole
        whole |= bay


def _reached(mask: BoolArray, axis: int) -> tuple[BoolArray, BoolArray]:
    """Where a mask has been met, going along an axis forwards, and backwards."""
    forwards = np.maximum.accumulate(mask, axis=axis)
    backwards = np.flip(np.maximum.accumulate(np.flip(mask, axis), axis=axis), axis)
    return forwards, backwards

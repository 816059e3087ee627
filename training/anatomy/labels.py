"""Training labels for the seven segmentation outputs, from a dataset's masks.

People drew masks of the lungs, and of the heart on one dataset. The spine's and the abdomen's
labels are derived from them: the gap between the paediatric lung masks is the spine's column, and
the abdomen lies below the lungs inside the body. Where a convention leaves an output unknown,
its pixels carry no weight.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from segmentation.network import OUTPUTS

MaskArray = NDArray[np.bool_]
BELOW_HILA = 0.6  # of the lungs' height: what lies between the fields there is the heart,
ABOVE_DOME = 0.03  # as far as this above the diaphragm
NARROWEST_HEART = 0.25  # of the chest's width: with less between them the fields hold the heart
HIGHEST_HEART = 0.2  # of the lungs' height: no heart lies above
REACH_BELOW = 0.1  # of it: how far below the lungs one may reach
WIDEST_GAP = 1.4  # of the median gap: above it the gap belongs to the neck or the abdomen


def split_lungs(mask: MaskArray) -> tuple[MaskArray, MaskArray] | None:
    """The right and the left lung of a `(row, col)` mask: its two largest parts, by column."""
    count, parts, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 3:
        return None
    first, second = 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:2]
    if stats[second, cv2.CC_STAT_AREA] < 0.2 * stats[first, cv2.CC_STAT_AREA]:
        return None
    right, left = sorted((first, second), key=lambda part: float(centres[part][0]))
    return parts == right, parts == left


def spine_between(right: MaskArray, left: MaskArray) -> MaskArray:
    """The column between two lungs, straightened where the gap opens to the neck or belly."""
    rows = np.flatnonzero(right.any(axis=1) & left.any(axis=1))
    spine = np.zeros_like(right)
    if rows.size < 10:
        return spine
    cols = right.shape[1]
    inner_right = np.array([np.flatnonzero(right[row])[-1] + 1 for row in rows])
    inner_left = np.array([np.flatnonzero(left[row])[0] for row in rows])
    gap = np.maximum(inner_left - inner_right, 0)
    middle = slice(rows.size // 4, max(rows.size // 4 + 2, 3 * rows.size // 4))
    slope, offset = np.polyfit(rows[middle], (inner_left + inner_right)[middle] / 2, 1)
    half = np.minimum(gap, WIDEST_GAP * np.median(gap[middle])) / 2
    half = np.maximum(half, 0.7 * np.median(gap[middle]) / 2)
    for row, half_width in zip(rows, half, strict=True):
        centre = slope * row + offset
        spine[row, max(0, round(centre - half_width)) : min(cols, round(centre + half_width))] = (
            True
        )
    return spine & ~right & ~left


def body_of(image: NDArray[np.uint8]) -> MaskArray:
    """The patient's body against the dark background, holes filled."""
    blurred = cv2.GaussianBlur(image, (0, 0), 5)
    threshold = min(float(cv2.threshold(blurred, 0, 255, cv2.THRESH_OTSU)[0]), 60.0)
    body = (blurred > threshold).astype(np.uint8)
    contours, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(body)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return filled.astype(bool)


def abdomen_below(right: MaskArray, left: MaskArray, body: MaskArray) -> MaskArray:
    """What lies below the lungs, between their outer edges, inside the body."""
    rows, cols = right.shape
    floor_cols: list[int] = []
    floor_rows: list[int] = []
    for lung, inner_half_last in ((right, True), (left, False)):
        filled = np.flatnonzero(lung.any(axis=0))
        if filled.size < 4:
            return np.zeros_like(right)
        lowest = np.array([np.flatnonzero(lung[:, col])[-1] for col in filled])
        # Past a slanted lung's inner base its lower edge climbs the mediastinum, not the diaphragm.
        half = filled.size // 2
        if inner_half_last:
            keep = slice(0, half + int(np.argmax(lowest[half:])) + 1)
        else:
            keep = slice(int(np.argmax(lowest[:half])), None)
        floor_cols += filled[keep].tolist()
        floor_rows += lowest[keep].tolist()
    # Between the lungs' bases the diaphragm is taken as a straight line.
    floor = np.interp(np.arange(cols), floor_cols, floor_rows)
    inside = (np.arange(cols) >= floor_cols[0]) & (np.arange(cols) <= floor_cols[-1])
    below = np.arange(rows)[:, None] > floor[None, :] + 1
    return below & inside[None, :] & body & ~right & ~left


def no_heart(hull: MaskArray) -> MaskArray:
    """Where a chest surely has no heart: outside its lungs' hull, far below it, and at its top."""
    rows = np.flatnonzero(hull.any(axis=1))
    height = rows[-1] - rows[0]
    down = np.arange(hull.shape[0])
    level = (down >= rows[0] + HIGHEST_HEART * height) & (down <= rows[-1] + REACH_BELOW * height)
    return np.asarray(~np.outer(level, hull.any(axis=0)))


def heart_between(right: MaskArray, left: MaskArray) -> tuple[MaskArray, MaskArray]:
    """What two aerated fields tell of the heart: where it is, and where that is known.

    None lies in a field; what lies between them, below the hila and above the diaphragm, is the
    heart. Fields that were drawn over the heart leave too little between them and tell nothing.
    """
    both = right | left
    rows, cols = (np.flatnonzero(both.any(axis=axis)) for axis in (1, 0))
    height = int(rows[-1] - rows[0])
    heart, known = np.zeros_like(both), np.zeros_like(both)
    low = np.arange(rows[0] + round(BELOW_HILA * height), rows[-1])
    low = low[right[low].any(axis=1) & left[low].any(axis=1)]
    start = both.shape[1] - right[low, ::-1].argmax(axis=1)
    end = left[low].argmax(axis=1)
    if np.max(end - start, initial=0) < NARROWEST_HEART * (cols[-1] - cols[0]):
        return heart, known
    place = np.arange(both.shape[1])
    heart[low] = (place >= start[:, None]) & (place < end[:, None])
    heart[min(_dome_row(right), _dome_row(left[:, ::-1])) - round(ABOVE_DOME * height) :] = False
    return heart, both | heart


def _dome_row(right: MaskArray) -> int:
    """The top of a right lung's diaphragm, looked for beside the heart."""
    cols = np.flatnonzero(right.any(axis=0))
    beside = right[:, cols[cols.size // 4] : cols[cols.size // 2] + 1]
    return int((right.shape[0] - 1 - beside[::-1].argmax(axis=0)).min())


def labels_of(
    image: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    *,
    heart_included: bool,
    heart: NDArray[np.uint8] | None = None,
) -> tuple[MaskArray, MaskArray] | None:
    """Labels and weights of all outputs for one radiograph.

    Args:
        image: `(row, col)` uint8 radiograph.
        mask: `(row, col)` uint8 lung mask, above 127 is lung.
        heart_included: Whether the mask includes the lung behind the heart (paediatric dataset) or
            leaves it out (JSRT, Shenzhen).
        heart: `(row, col)` uint8 mask of the heart, or `None` if nobody drew it.

    Returns:
        `(7, row, col)` bool labels and `(7, row, col)` bool weights in the order of `OUTPUTS`, or
        `None` if the mask does not hold two lungs.
    """
    lungs = split_lungs(mask > 127)
    if lungs is None:
        return None
    right, left = lungs
    both = right | left
    points = cv2.findNonZero(both.astype(np.uint8))
    hull = cv2.fillConvexPoly(both.astype(np.uint8), cv2.convexHull(points), 1).astype(bool)
    labels = np.zeros((len(OUTPUTS), *mask.shape), bool)
    weights = np.ones_like(labels)
    right_field, left_field, right_lung, left_lung, spine, abdomen, whole_heart = range(7)
    for output, lung in (
        (right_field, right),
        (left_field, left),
        (right_lung, right),
        (left_lung, left),
    ):
        labels[output] = lung
    labels[abdomen] = abdomen_below(right, left, body_of(image))
    if heart is not None:
        labels[whole_heart] = heart > 127
    elif heart_included:
        weights[whole_heart] = no_heart(hull)
    else:
        labels[whole_heart], known = heart_between(right, left)
        weights[whole_heart] = known | no_heart(hull)
    if heart_included:
        labels[spine] = spine_between(right, left)
        # The aerated field is some part of the lung; which part, these masks do not say.
        weights[right_field], weights[left_field] = ~right, ~left
    else:
        # Heart and spine lie in the hull between the fields; where, these masks do not say.
        between = hull & ~both
        for output in (right_lung, left_lung, spine):
            weights[output] = ~between
        below = abdomen_below(right, left, np.ones_like(both)) & hull
        weights[abdomen] = ~below
    return labels, weights

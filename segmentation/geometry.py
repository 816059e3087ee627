"""From the network's masks to a chest: two lungs, six zones, the thorax and its measures."""

import cv2
import numpy as np

from pipeline.errors import ChestNotFoundError
from pipeline.types import BoolArray, Box, Level, ShapeMeasure, Side, Structure, Zone

SMALLEST_LUNG_SHARE = 0.01  # of the radiograph: anything smaller is no lung
SMALLEST_PART_SHARE = 0.1  # of the largest part: smaller islands are dropped
UNEVEN_LUNGS = 0.4  # smaller over larger lung area from which the radiograph is worth a second look
THORAX_MARGIN = 0.04  # of the lungs' width, added around their hull


def largest_parts(mask: BoolArray, share: float = SMALLEST_PART_SHARE) -> BoolArray:
    """Keep the largest connected part and what is at least `share` of it; fill holes."""
    filled = np.zeros(mask.shape, bool)
    if not mask.any():
        return filled
    box = box_of(mask)
    inside = np.s_[box.top : box.bottom, box.left : box.right]
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask[inside].astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    is_kept = np.concatenate([[0], areas >= share * areas.max()]).astype(np.uint8)
    kept = is_kept[parts]
    contours, _ = cv2.findContours(kept, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled[inside] = cv2.drawContours(kept, contours, -1, 1, cv2.FILLED)
    return filled


def two_lungs(right: BoolArray, left: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Clean both lungs and make sure that each is on its side.

    Args:
        right: `(row, col)` bool, what the network calls the right lung.
        left: The same for the left.

    Raises:
        ChestNotFoundError: A lung is missing, or the right one does not lie left of the other in
            the picture.
    """
    right, left = largest_parts(right & ~left), largest_parts(left)
    left &= ~right
    smallest = SMALLEST_LUNG_SHARE * right.size
    if min(np.count_nonzero(right), np.count_nonzero(left)) < smallest:
        raise ChestNotFoundError
    if mean_col(right) >= mean_col(left):
        raise ChestNotFoundError
    return right, left


def mean_col(mask: BoolArray) -> float:
    """The mean column of a mask's pixels; the mask is not empty."""
    return float(np.average(np.arange(mask.shape[1]), weights=mask.sum(axis=0)))


def unbroken(column: BoolArray) -> BoolArray:
    """Make one piece of an upright column: each row is filled from edge to edge.

    Rows that are empty between others take their edges in a straight line.
    """
    rows = np.flatnonzero(column.any(axis=1))
    whole = np.zeros_like(column)
    if rows.size == 0:
        return whole
    first = column[rows].argmax(axis=1)
    last = column.shape[1] - 1 - column[rows, ::-1].argmax(axis=1)
    between = np.arange(rows[0], rows[-1] + 1)
    start = np.interp(between, rows, first).round()[:, None]
    end = np.interp(between, rows, last).round()[:, None]
    cols = np.arange(column.shape[1])
    whole[between] = (cols >= start) & (cols <= end)
    return whole


def zones_of(lung: BoolArray, side: Side) -> dict[Zone, BoolArray]:
    """Cut a lung into thirds of its height; the three masks tile it."""
    rows = np.flatnonzero(lung.any(axis=1))
    edges = np.linspace(rows[0], rows[-1] + 1, 4).round().astype(int)
    zones = {}
    for level, top, bottom in zip(Level, edges[:-1], edges[1:], strict=True):
        zone = np.zeros_like(lung)
        zone[top:bottom] = lung[top:bottom]
        zones[Zone(f"{side}_{level}")] = zone
    return zones


def hull_of(mask: BoolArray) -> BoolArray:
    """The filled convex hull of a mask; empty for an empty mask."""
    edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = np.zeros(mask.shape, np.uint8)
    if edges:
        cv2.fillConvexPoly(hull, cv2.convexHull(np.concatenate(edges)), 1)
    return hull.astype(bool)


def thorax_of(lungs: BoolArray) -> tuple[BoolArray, Box]:
    """The lungs' convex hull, widened by `THORAX_MARGIN` of their width, and its rectangle."""
    cols = np.flatnonzero(lungs.any(axis=0))
    margin = max(1, round(THORAX_MARGIN * (cols[-1] - cols[0] + 1)))
    outside = (~hull_of(lungs)).astype(np.uint8)
    thorax: BoolArray = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= margin
    return thorax, box_of(thorax)


def box_of(mask: BoolArray) -> Box:
    """The smallest rectangle around a mask that is not empty."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Box(
        top=int(rows[0]), bottom=int(rows[-1]) + 1, left=int(cols[0]), right=int(cols[-1]) + 1
    )


def measure(mask: BoolArray, spacing_mm: tuple[float, float] | None) -> ShapeMeasure:
    """Size and form of one structure; zeros for an empty mask.

    Args:
        mask: `(row, col)` bool.
        spacing_mm: `(row, col)` spacing, or `None`.
    """
    if not mask.any():
        empty_mm2 = None if spacing_mm is None else 0.0
        return ShapeMeasure(area_share=0.0, area_mm2=empty_mm2, height_to_width=0.0, solidity=0.0)
    box = box_of(mask)
    row_mm, col_mm = spacing_mm or (1.0, 1.0)
    area = int(np.count_nonzero(mask))
    return ShapeMeasure(
        area_share=area / mask.size,
        area_mm2=None if spacing_mm is None else area * row_mm * col_mm,
        height_to_width=(box.bottom - box.top) * row_mm / ((box.right - box.left) * col_mm),
        solidity=area / int(np.count_nonzero(hull_of(mask))),
    )


def warnings_of(masks: dict[Structure, BoolArray]) -> tuple[str, ...]:
    """Stable codes of what looks implausible in the structures."""
    found = []
    right, left = masks[Structure.RIGHT_LUNG], masks[Structure.LEFT_LUNG]
    spine, abdomen = masks[Structure.SPINE], masks[Structure.ABDOMEN]
    smaller, larger = sorted((np.count_nonzero(right), np.count_nonzero(left)))
    if smaller < 0.04 * right.size:
        found.append("lung_small")
    if smaller < UNEVEN_LUNGS * larger:
        found.append("lungs_uneven")
    lungs = right | left
    if lungs[0].any() or lungs[-1].any() or lungs[:, 0].any() or lungs[:, -1].any():
        found.append("touches_border")
    if not spine.any():
        found.append("spine_missing")
    elif cv2.connectedComponents(spine.astype(np.uint8))[0] > 2:
        found.append("spine_broken")
    if not abdomen.any():
        found.append("abdomen_missing")
    if not masks[Structure.HEART].any():
        found.append("heart_missing")
    return tuple(found)

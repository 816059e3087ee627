"""The zones' borders as polygons, to be drawn as vectors over a radiograph of any size."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pipeline.types import BoolArray, Zone

Polygon = NDArray[np.int32]

TOLERANCE = 0.0015  # of the radiograph's longer side


def zone_polygons(zones: Mapping[Zone, BoolArray]) -> dict[Zone, tuple[Polygon, ...]]:
    """Trace and simplify the border of each zone.

    Args:
        zones: `(row, col)` bool masks on one grid (`Anatomy.zones_image`).

    Returns:
        For each zone its closed polygons, `(point, 2)` int32 of `(col, row)` in pixels, where the
        pixel `(0, 0)` covers the square from 0 to 1; holes are polygons too, to be filled by the
        even-odd rule. A zone that is empty has none.
    """
    return {zone: _polygons(mask) for zone, mask in zones.items()}


def _polygons(mask: BoolArray) -> tuple[Polygon, ...]:
    import cv2

    # OpenCV traces through the middle of pixels, half a pixel inside the mask; on the grid of the
    # pixels' corners the same trace runs along the mask's very edge.
    around = np.pad(mask, 1)
    corners = around[1:, 1:] | around[:-1, 1:] | around[1:, :-1] | around[:-1, :-1]
    traced, _ = cv2.findContours(corners.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    tolerance = TOLERANCE * max(mask.shape)
    simple = (cv2.approxPolyDP(border, tolerance, closed=True) for border in traced)
    return tuple(np.asarray(border[:, 0], np.int32) for border in simple if len(border) > 2)

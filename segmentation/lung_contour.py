"""One lung's border, cut at its landmarks: apex, costophrenic angle, end of the diaphragm."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.types import BoolArray, Side

Points = NDArray[np.float64]

MIDDLE = 0.5  # of the lung's height: the medial border is looked for below it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungContour:
    """The border of one lung in three spans that follow each other.

    All are `(point, 2)` float64 of `(x, y)`, y down. Both lungs are laid the same way: x rises
    from the ribs to the middle, so that of the left lung is the column's negative.

    Attributes:
        side: Whose lung.
        wall: From the apex down the ribs to the costophrenic angle.
        diaphragm: From there to the medial end of the diaphragm.
        medial: From there up the heart and the mediastinum to the apex.
    """

    side: Side
    wall: Points
    diaphragm: Points
    medial: Points

    @property
    def apex(self) -> Points:
        """The highest point."""
        return np.asarray(self.wall[0])

    @property
    def costophrenic(self) -> Points:
        """Where ribs and diaphragm meet."""
        return np.asarray(self.diaphragm[0])

    @property
    def cardiophrenic(self) -> Points:
        """Where the outlined diaphragm ends towards the middle."""
        return np.asarray(self.diaphragm[-1])

    @property
    def whole(self) -> Points:
        """The closed border."""
        return np.concatenate([self.wall, self.diaphragm[1:], self.medial[1:]])

    @property
    def width(self) -> float:
        """Extent from the ribs to the middle."""
        return float(np.ptp(self.whole[:, 0]))


def lung_contour(mask: BoolArray, side: Side, pixel: tuple[float, float]) -> LungContour | None:
    """Trace a lung and find its landmarks.

    The costophrenic angle is the lowest point of the lateral half. The medial end of the diaphragm
    is the point that lies furthest below and medial of the line from there to the middle of the
    medial border.

    Args:
        mask: `(row, col)` bool; its largest part is traced.
        side: Whose lung; the right one lies at small columns.
        pixel: Height and width of a pixel, in any unit.

    Returns:
        The contour, or `None` if there is no costophrenic angle in the outline: the lateral half
        has no lowest point of its own.
    """
    border = _border(mask, side, pixel)
    if border is None:
        return None
    x, y = border[:, 0], border[:, 1]
    lateral = np.flatnonzero(x <= (x.min() + x.max()) / 2)
    angle = int(lateral[np.lexsort((x[lateral], -y[lateral]))[0]])
    if angle in (0, len(border) - 1) or angle + 1 not in lateral:
        return None
    level = y[0] + MIDDLE * (y[angle] - y[0])
    below = angle + np.flatnonzero(y[angle:] >= level)
    middle = below[-1]  # where the medial border rises above the level for good
    along = border[middle] - border[angle]
    beyond = _cross(along, border[angle : middle + 1] - border[angle]) / np.hypot(*along)
    end = angle + int(np.argmax(beyond))
    if end == angle:
        return None
    return LungContour(
        side=side,
        wall=border[: angle + 1],
        diaphragm=border[angle : end + 1],
        medial=np.concatenate([border[end:], border[:1]]),
    )


def _border(mask: BoolArray, side: Side, pixel: tuple[float, float]) -> Points | None:
    """The border of the largest part, from the apex down the ribs and round."""
    # OpenCV traces through the middle of pixels, half a pixel inside the mask; on the grid of the
    # pixels' corners the same trace runs along the mask's very edge.
    around = np.pad(mask, 1)
    corners = around[1:, 1:] | around[:-1, 1:] | around[1:, :-1] | around[:-1, :-1]
    traced, _ = cv2.findContours(corners.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not traced:
        return None
    row_size, col_size = pixel
    across = col_size if side is Side.RIGHT else -col_size
    border = max(traced, key=cv2.contourArea)[:, 0].astype(np.float64) * (across, row_size)
    x, y = border[:, 0], border[:, 1]
    if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0:  # ribs first
        border = border[::-1]
    highest = np.flatnonzero(border[:, 1] == border[:, 1].min())
    apex = highest[np.argsort(border[highest, 0])[len(highest) // 2]]
    return np.roll(border, -int(apex), axis=0)


def _cross(one: Points, others: Points) -> Points:
    return np.asarray(one[1] * others[:, 0] * -1 + one[0] * others[:, 1])

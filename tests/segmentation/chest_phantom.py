"""A chest of straight walls and parabolic domes, measured in closed form."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.types import Side
from segmentation.chest_outline import ChestOutline

SHIFT = 6  # fractional bits of OpenCV's polygon corners


@dataclass(frozen=True, kw_only=True)
class ChestPhantom:
    """Two lungs beside a gap, an elliptic heart in front of it.

    All lengths in mm. The medial end of each diaphragm lies `rise` above the costophrenic angle;
    the dome is a parabola of height `dome` over the line between the two.
    """

    top: float = 40.0
    length: float = 240.0  # from the apex to the costophrenic angle
    width: float = 120.0  # of one lung
    gap: float = 50.0
    margin: float = 30.0
    dome: float = 22.0
    rise: float = 0.0
    heart_half_width: float = 65.0
    heart_half_height: float = 45.0
    spacing: tuple[float, float] = (0.4, 0.4)

    @property
    def chest_width(self) -> float:
        return 2 * self.width + self.gap

    @property
    def line(self) -> float:
        """The line under a dome."""
        return math.hypot(self.width, self.rise)

    @property
    def centre(self) -> float:
        return self.margin + self.width + self.gap / 2

    def outline(self, heart: bool = True) -> ChestOutline:
        row_mm, col_mm = self.spacing
        shape = (
            round((self.top + self.length + 40) / row_mm),
            round((2 * self.margin + self.chest_width) / col_mm),
        )
        right = self._lung()
        left = right * (-1, 1) + (2 * self.centre, 0)
        lungs = {Side.RIGHT: self._filled(right, shape), Side.LEFT: self._filled(left, shape)}
        fields = dict(lungs)
        heart_mask = np.zeros(shape, bool)
        if heart:
            turn = np.linspace(0, 2 * np.pi, 720)
            middle = (self.centre, self.top + 0.72 * self.length)
            ellipse = np.stack([np.cos(turn), np.sin(turn)], 1) * (
                self.heart_half_width,
                self.heart_half_height,
            )
            heart_mask = self._filled(ellipse + middle, shape)
            fields = {side: lung & ~heart_mask for side, lung in lungs.items()}
        spine = self._filled(
            np.array(
                [[self.centre + dx, y] for dx, y in ((-15, 0), (15, 0), (15, 900), (-15, 900))]
            ),
            shape,
        )
        return ChestOutline(
            lungs=lungs, fields=fields, heart=heart_mask, spine=spine, spacing_mm=self.spacing
        )

    def _lung(self):
        foot = self.top + self.length
        along = np.array([self.width, -self.rise])
        upwards = np.array([-self.rise, -self.width]) / self.line
        u = np.linspace(0, 1, 400)[:, None]
        base = np.array([self.margin, foot]) + u * along + 4 * self.dome * u * (1 - u) * upwards
        inner = self.margin + self.width
        return np.concatenate([base, [[inner, self.top], [self.margin, self.top]]])

    def _filled(self, points, shape):
        row_mm, col_mm = self.spacing
        canvas = np.zeros(shape, np.uint8)
        # The middle of a pixel lies at 0.5 here and at 0 in OpenCV, which also fills the border.
        corners = (points / (col_mm, row_mm) - 0.5) * 2**SHIFT
        cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], 1, cv2.LINE_8, SHIFT)
        return canvas.astype(bool)


def mirrored(chest: ChestOutline) -> ChestOutline:
    """The same chest in a mirror, where each side is called by the other's name."""

    def turned(masks):
        return {Side.RIGHT: masks[Side.LEFT][:, ::-1], Side.LEFT: masks[Side.RIGHT][:, ::-1]}

    return ChestOutline(
        lungs=turned(chest.lungs),
        fields=turned(chest.fields),
        heart=chest.heart[:, ::-1],
        spine=chest.spine[:, ::-1],
        spacing_mm=chest.spacing_mm,
    )

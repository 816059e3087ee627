"""What is measured on: lungs, their aerated fields, heart, spine, and the size of a pixel."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.types import BoolArray, Side
from segmentation.geometry import mean_col
from segmentation.lung_contour import LungContour, Points, lung_contour

MASS_ON_BORDER = 1 / 224  # of the radiograph's side: one pixel of the network


@dataclass(frozen=True, kw_only=True, eq=False)
class ChestOutline:
    """The outlines of one chest on one grid; what is traced from them is traced once.

    Lengths are in mm where the spacing is known, else in the grid's pixels, which are then taken
    for squares. Points are those of `LungContour`: the left lung lies at negative x.

    Attributes:
        lungs: `(row, col)` bool of each side, the part behind the heart included.
        fields: The same without the heart, as the network found them.
        heart: `(row, col)` bool.
        spine: `(row, col)` bool.
        spacing_mm: `(row, col)` spacing, or `None`.
    """

    lungs: Mapping[Side, BoolArray]
    fields: Mapping[Side, BoolArray]
    heart: BoolArray
    spine: BoolArray
    spacing_mm: tuple[float, float] | None

    @property
    def pixel(self) -> tuple[float, float]:
        """Height and width of a pixel."""
        return self.spacing_mm or (1.0, 1.0)

    @cached_property
    def contours(self) -> Mapping[Side, LungContour | None]:
        """Each lung's border; `None` without a costophrenic angle."""
        return {side: lung_contour(self.lungs[side], side, self.pixel) for side in Side}

    @cached_property
    def field_gaps(self) -> Mapping[Side, float]:
        """How much of each lung lateral of the heart its field leaves out, as a share of the lung.

        The heart may hide lung only medially: what is missing between the ribs and the field's
        medial border shows a field that was not found whole.
        """
        return {side: self._field_gap(side) for side in Side}

    @cached_property
    def chest_width(self) -> tuple[float, Points]:
        """The greatest inner width of the chest, and its two ends `(x, y)` on the radiograph."""
        right, left = self.lungs[Side.RIGHT], self.lungs[Side.LEFT]
        rows = np.flatnonzero(right.any(axis=1) & left.any(axis=1))
        if rows.size == 0:
            return 0.0, np.zeros((2, 2))
        start = right[rows].argmax(axis=1)
        end = left.shape[1] - left[rows, ::-1].argmax(axis=1)
        widest = int(np.argmax(end - start))
        row_size, col_size = self.pixel
        y = (rows[widest] + 0.5) * row_size
        ends = np.array([[start[widest] * col_size, y], [end[widest] * col_size, y]])
        return float(np.ptp(ends[:, 0])), ends

    @cached_property
    def heart_ends(self) -> Mapping[Side, Points] | None:
        """Where the heart reaches furthest to each side, `(x, y)`; `None` without a heart."""
        cols = np.flatnonzero(self.heart.any(axis=0))
        if cols.size == 0:
            return None
        row_size, col_size = self.pixel

        def end(col: int, edge: int) -> Points:
            row = np.flatnonzero(self.heart[:, col]).mean()
            return np.array([(col + edge) * col_size, (row + 0.5) * row_size])

        return {Side.RIGHT: end(cols[0], 0), Side.LEFT: end(cols[-1], 1)}

    @cached_property
    def midline(self) -> float | None:
        """The spine's mean x in the radiograph's frame; `None` without one."""
        return (mean_col(self.spine) + 0.5) * self.pixel[1] if self.spine.any() else None

    def in_radiograph(self, points: Points) -> Points:
        """Points of a lung's contour in the radiograph's frame, where x rises with the column."""
        return np.asarray(np.abs(points))

    def is_inside(self, points: Points) -> bool:
        """Whether points of the radiograph's frame keep clear of its border."""
        row_size, col_size = self.pixel
        extent = np.array([self.spine.shape[1] * col_size, self.spine.shape[0] * row_size])
        margin = MASS_ON_BORDER * extent
        return bool(((points > margin) & (points < extent - margin)).all())

    def _field_gap(self, side: Side) -> float:
        lung, field = self.lungs[side], self.fields[side]
        if side is Side.LEFT:
            lung, field = lung[:, ::-1], field[:, ::-1]
        cols = np.arange(lung.shape[1])
        last = np.where(field.any(axis=1), cols[-1] - field[:, ::-1].argmax(axis=1), cols[-1])
        lateral = cols[None, :] <= last[:, None]
        return float((lung & ~field & lateral).sum() / max(1, int(lung.sum())))

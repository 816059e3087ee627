"""The geometry of the chest: each measurement from the outlines of one radiograph.

Every function gives a `Reading`, or the `MeasurementReason` why there is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipeline.types import MeasurementName, MeasurementPart, MeasurementReason, Side
from segmentation.chest_outline import ChestOutline
from segmentation.geometry import box_of, hull_of
from segmentation.lung_contour import LungContour, Points

MM_PER_CM = 10.0
SHORTEST_DIAPHRAGM = 0.65  # of the lung's width: a shorter span is not the whole dome
ANGLE_FROM, ANGLE_TO = 0.05, 0.30  # of the lung's width, from the costophrenic angle's point
LARGEST_FIELD_GAP = 0.05  # whole fields stay below 0.02, fields with holes lie above 0.1
LARGEST_ASYMMETRY = 0.12  # of the chest's width; 98 in 100 upright adults stay below 0.09

Line = tuple[MeasurementPart, Points]
Place = tuple[MeasurementName, Side | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """One measurement of one outline.

    Attributes:
        value: In the measurement's unit.
        span: The length in cm that a measurement in cm is a share of, as the interval's error is
            a share; 1 for ratios and angles.
        lines: What it was measured along, `(point, 2)` of `(x, y)` in the radiograph's frame.
    """

    value: float
    span: float = 1.0
    lines: tuple[Line, ...] = ()


Found = Reading | MeasurementReason


class ChestReadings:
    """What several measurements of one chest are made of, each part read once."""

    def __init__(self, outline: ChestOutline) -> None:
        self.outline = outline

    @cached_property
    def domes(self) -> dict[Side, Found]:
        """The dome of each side, as a share of the line under it."""
        return self._by_side(_dome)

    @cached_property
    def angles(self) -> dict[Side, Found]:
        """The costophrenic angle of each side, in degrees."""
        return self._by_side(_angle)

    @cached_property
    def heights(self) -> dict[Side, Found]:
        """The height of each lung, as a share of the chest's width."""
        return self._by_side(_height)

    @cached_property
    def heart(self) -> Found:
        """The heart's width, as a share of the chest's."""
        return _heart(self.outline)

    def in_cm(self, found: Found) -> Found:
        """A share of a length as that length."""
        return _in_cm(self.outline, found)

    def _by_side(self, read: Callable[[ChestOutline, LungContour], Found]) -> dict[Side, Found]:
        return {
            side: read(self.outline, contour) if contour else MeasurementReason.ANGLE_HIDDEN
            for side, contour in self.outline.contours.items()
        }


def _on_sides(
    found: Mapping[Side, Found], given: Callable[[Found], Found]
) -> dict[Side | None, Found]:
    return {side: given(one) for side, one in found.items()}


MEASUREMENTS: Mapping[MeasurementName, Callable[[ChestReadings], Mapping[Side | None, Found]]] = {
    "dome_height": lambda chest: _on_sides(chest.domes, chest.in_cm),
    "dome_height_ratio": lambda chest: _on_sides(chest.domes, _share),
    "lung_height": lambda chest: {Side.RIGHT: chest.in_cm(chest.heights[Side.RIGHT])},
    "lung_height_to_chest_width": lambda chest: {
        None: _slenderness(chest.outline, list(chest.heights.values()))
    },
    "costophrenic_angle": lambda chest: _on_sides(chest.angles, lambda found: found),
    "cardiothoracic_ratio": lambda chest: {None: _share(chest.heart)},
    "heart_width": lambda chest: {None: chest.in_cm(chest.heart)},
    "lung_share": lambda chest: {None: _lung_share(chest.outline)},
}
"""How each measurement is read off a chest, by side, or under `None` of the whole chest.

Unit, error and threshold of each stand under the same name in `measurements.toml`, and its words in
`pipeline/words/`: a measurement is a line here, a table there, and its name in each language.
"""


def readings(chest: ChestOutline) -> dict[Place, Found]:
    """Every measurement of a chest, in the order of `MEASUREMENTS`, the right side first."""
    found = ChestReadings(chest)
    return {
        (name, side): reading
        for name, read in MEASUREMENTS.items()
        for side, reading in read(found).items()
    }


def _in_cm(chest: ChestOutline, found: Reading | MeasurementReason) -> Reading | MeasurementReason:
    """A share of a length as that length."""
    if chest.spacing_mm is None:
        return MeasurementReason.NO_SPACING
    if isinstance(found, MeasurementReason):
        return found
    return replace(found, value=found.value * found.span)


def _share(found: Reading | MeasurementReason) -> Reading | MeasurementReason:
    """A share of a length as it is."""
    return found if isinstance(found, MeasurementReason) else replace(found, span=1.0)


def _dome(chest: ChestOutline, contour: LungContour) -> Reading | MeasurementReason:
    """The dome's height over the line from the costophrenic angle to the diaphragm's medial end.

    As a share of that line; `span` is the line's length.
    """
    if not chest.is_inside(chest.in_radiograph(contour.diaphragm)):
        return MeasurementReason.CUT_OFF
    along = contour.cardiophrenic - contour.costophrenic
    length = float(np.hypot(*along))
    if length < SHORTEST_DIAPHRAGM * contour.width:
        return MeasurementReason.DIAPHRAGM_HIDDEN
    upwards = np.array([along[1], -along[0]]) / length
    heights = (contour.diaphragm - contour.costophrenic) @ upwards
    top = contour.diaphragm[np.argmax(heights)]
    foot = top - heights.max() * upwards
    line = np.stack([contour.costophrenic, contour.cardiophrenic])
    return Reading(
        value=float(heights.max() / length),
        span=length / MM_PER_CM,
        lines=(
            (MeasurementPart.DIAPHRAGM, chest.in_radiograph(line)),
            (MeasurementPart.DIAPHRAGM, chest.in_radiograph(np.stack([foot, top]))),
        ),
    )


def _height(chest: ChestOutline, contour: LungContour) -> Reading | MeasurementReason:
    """The height from the apex to the top of the diaphragm, as a share of the chest's width."""
    top = contour.diaphragm[np.argmin(contour.diaphragm[:, 1])]
    ends = chest.in_radiograph(np.array([[top[0], contour.apex[1]], top]))
    width, widest = chest.chest_width
    if not chest.is_inside(np.concatenate([ends, widest])):
        return MeasurementReason.CUT_OFF
    if width <= 0:
        return MeasurementReason.OUTLINE_UNSURE
    return Reading(
        value=float(np.ptp(ends[:, 1]) / width),
        span=width / MM_PER_CM,
        lines=((MeasurementPart.LUNG_HEIGHT, ends),),
    )


def _slenderness(
    chest: ChestOutline, heights: Sequence[Reading | MeasurementReason]
) -> Reading | MeasurementReason:
    """Mean height of both lungs over the greatest inner width of the chest."""
    lines: list[Line] = []
    values: list[float] = []
    for height in heights:
        if isinstance(height, MeasurementReason):
            return height
        lines += height.lines
        values.append(height.value)
    lines.append((MeasurementPart.CHEST_WIDTH, chest.chest_width[1]))
    return Reading(value=float(np.mean(values)), lines=tuple(lines))


def _angle(chest: ChestOutline, contour: LungContour) -> Reading | MeasurementReason:
    """The angle between ribs and diaphragm, each a straight line fitted near their meeting."""
    near = [_span_near_angle(contour, part) for part in (contour.wall, contour.diaphragm)]
    if not chest.is_inside(chest.in_radiograph(np.concatenate([*near, contour.diaphragm[:1]]))):
        return MeasurementReason.CUT_OFF
    if min(map(len, near)) < 2:
        return MeasurementReason.DIAPHRAGM_HIDDEN
    arms = [_fitted(points, contour.costophrenic) for points in near]
    one, other = ((arm[1] - arm[0]) / np.hypot(*(arm[1] - arm[0])) for arm in arms)
    return Reading(
        value=float(np.degrees(np.arccos(np.clip(one @ other, -1, 1)))),
        lines=tuple((MeasurementPart.ANGLE, chest.in_radiograph(arm)) for arm in arms),
    )


def _span_near_angle(contour: LungContour, part: Points) -> Points:
    """The points of a part that lie between two distances of the costophrenic angle."""
    away = np.hypot(*(part - contour.costophrenic).T)
    low, high = ANGLE_FROM * contour.width, ANGLE_TO * contour.width
    return np.asarray(part[(away >= low) & (away <= high)])


def _fitted(points: Points, start: Points) -> Points:
    """The straight line of least squares through points: its two ends, that near `start` first."""
    middle = points.mean(axis=0)
    direction = np.linalg.svd(points - middle, full_matrices=False)[2][0]
    if direction @ (middle - start) < 0:
        direction = -direction
    far = ((points - middle) @ direction).max()
    return np.stack([middle + ((start - middle) @ direction) * direction, middle + far * direction])


def _heart(chest: ChestOutline) -> Reading | MeasurementReason:
    """The heart's greatest width, over the chest's inner width."""
    width, widest = chest.chest_width
    if not chest.is_inside(widest):
        return MeasurementReason.CUT_OFF
    midline = chest.midline
    if midline is None:
        return MeasurementReason.OUTLINE_UNSURE
    if abs(2 * midline - widest[:, 0].sum()) > LARGEST_ASYMMETRY * width:
        return MeasurementReason.ASYMMETRIC
    ends = chest.heart_ends
    if ends is None or max(chest.field_gaps.values()) > LARGEST_FIELD_GAP:
        return MeasurementReason.HEART_HIDDEN
    right, left = ends[Side.RIGHT], ends[Side.LEFT]
    if not widest[0, 0] < right[0] < left[0] < widest[1, 0]:
        return MeasurementReason.OUTLINE_UNSURE
    arms = (np.stack([end, [midline, end[1]]]) for end in (right, left))
    return Reading(
        value=float((left[0] - right[0]) / width),
        span=width / MM_PER_CM,
        lines=(
            *((MeasurementPart.HEART, arm) for arm in arms),
            (MeasurementPart.CHEST_WIDTH, widest),
        ),
    )


def _lung_share(chest: ChestOutline) -> Reading | MeasurementReason:
    """The area of both fields over that of the chest, the lungs' convex hull."""
    if max(chest.field_gaps.values()) > LARGEST_FIELD_GAP:
        return MeasurementReason.HEART_HIDDEN
    hull = hull_of(chest.lungs[Side.RIGHT] | chest.lungs[Side.LEFT])
    if not hull.any():
        return MeasurementReason.OUTLINE_UNSURE
    box = box_of(hull)
    row_size, col_size = chest.pixel
    corners = np.array([[box.left, box.top], [box.right, box.bottom]])
    if not chest.is_inside(corners * (col_size, row_size)):
        return MeasurementReason.CUT_OFF
    fields = sum(int(chest.fields[side].sum()) for side in Side)
    return Reading(value=float(fields / hull.sum()))

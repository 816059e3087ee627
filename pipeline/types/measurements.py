"""The chest measurements."""

from dataclasses import dataclass

from pipeline.errors import ContractError
from pipeline.types.vocabulary import (
    MeasurementPart,
    MeasurementReason,
    MeasurementUnit,
    Side,
    ThresholdRelation,
)

MeasurementName = str
"""A measurement's name, such as `dome_height`: a table of `segmentation/measurements.toml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementThreshold:
    """A published threshold for adults.

    Attributes:
        value: In the measurement's unit.
        above: Whether values above it are beyond it; those below it are otherwise.
        for_hyperinflation: Whether what lies beyond it fits over-inflated lungs.
        source: The source's key in the settings, such as `pratt_1987`.
        citation: The source in words.
    """

    value: float
    above: bool
    for_hyperinflation: bool
    source: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementLine:
    """A line that was measured along: `(row, col)` points on the working grid."""

    part: MeasurementPart
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measure of the chest's shape: geometry, not a diagnosis.

    Attributes:
        name: What is measured.
        side: Of which lung; `None` for what belongs to the whole chest.
        unit: What `value`, `low`, `high` and the threshold are in.
        value: The measure, `None` if it cannot be measured; then `reason` says why.
        low: Lower end of the interval that the outline's error leaves, about 95 %.
        high: Its upper end.
        threshold: The published threshold, `None` if there is none.
        lines: What was measured along; empty if it cannot be drawn.
        reason: Why there is no value.
    """

    name: MeasurementName
    side: Side | None
    unit: MeasurementUnit
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: MeasurementThreshold | None = None
    lines: tuple[MeasurementLine, ...] = ()
    reason: MeasurementReason | None = None

    def __post_init__(self) -> None:
        ends = (self.low, self.value, self.high)
        if len({end is None for end in ends}) > 1 or (self.value is None) == (self.reason is None):
            raise ContractError(field="Measurement", problem="incomplete")
        if list(ends) != sorted(ends, key=lambda end: end or 0.0):
            raise ContractError(field="Measurement", problem="range")

    @property
    def beyond_threshold(self) -> bool | None:
        """Whether the value lies beyond the threshold; `None` without one of them."""
        if self.value is None or self.threshold is None:
            return None
        if self.threshold.above:
            return self.value > self.threshold.value
        return self.value < self.threshold.value

    @property
    def is_borderline(self) -> bool:
        """Whether the interval holds the threshold, so that the outline's error may decide."""
        if self.low is None or self.high is None or self.threshold is None:
            return False
        return self.low <= self.threshold.value <= self.high

    @property
    def relation(self) -> ThresholdRelation | None:
        """Where the value lies from the threshold; `None` without one of them.

        It is near where the interval holds the threshold.
        """
        if self.value is None or self.threshold is None:
            return None
        if self.is_borderline:
            return ThresholdRelation.NEAR
        is_above = self.value > self.threshold.value
        return ThresholdRelation.ABOVE if is_above else ThresholdRelation.BELOW

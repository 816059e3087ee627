"""Checks whether a number is a measurement's value, an end of its interval, or its threshold."""

from dataclasses import dataclass

from pipeline.types import Measurement, MeasurementUnit
from report.checking.measurements.mentions import MeasurementMention
from report.checking.sentence.reading import Reading

SCALES = {  # a written unit in one of the measurement's
    (MeasurementUnit.CM, "mm"): 0.1,
    (MeasurementUnit.CM, "cm"): 1.0,
    (MeasurementUnit.CM, ""): 1.0,
    (MeasurementUnit.RATIO, "percent"): 1.0,
    (MeasurementUnit.RATIO, "points"): 1.0,
    (MeasurementUnit.RATIO, ""): 1.0,
    (MeasurementUnit.DEGREES, "degrees"): 1.0,
    (MeasurementUnit.DEGREES, ""): 1.0,
}
_OPENING = frozenset({"(", ":", ",", "–", "—"})
_COMPARED = frozenset({"above", "below", "more", "less"})
_CONFIDENCE_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class _StatedValue:
    """A number of a sentence in the measurement's unit, and how exact it is."""

    value: float
    tolerance: float
    digits: int

    def is_one_of(self, *values: float | None) -> bool:
        """Whether it is one of some values, or one of them rounded as the product writes it."""
        return any(
            abs(one - self.value) <= self.tolerance
            for value in values
            if value is not None
            for one in (value, round(value, self.digits))
        )

    def is_gap(self, *gaps: float) -> bool:
        """Whether it is one of some differences."""
        return any(abs(gap - self.value) <= self.tolerance + 1e-9 for gap in gaps)


def check_value(
    reading: Reading,
    number: int,
    measurement: Measurement,
    bound: frozenset[str],
    mention: MeasurementMention,
) -> bool | None:
    """Whether a number is the value, an end of the interval, or the threshold, as it is said."""
    if _is_confidence_level(reading, number, measurement):
        return True if reading.has("interval") else None
    unit = reading.units[number]
    scale = SCALES.get((measurement.unit, unit.unit))
    if scale is None or measurement.value is None:
        return False
    said = _StatedValue(
        value=unit.value * scale, tolerance=unit.tolerance * scale, digits=measurement.unit.digits
    )
    if _is_margin(reading, number, measurement, said) or _is_in_place(
        reading, number, measurement, said
    ):
        return True
    threshold = measurement.threshold.value if measurement.threshold else None
    if bound - {"for_adults"}:
        return said.is_one_of(threshold) or _is_bounded(measurement.value, said, bound)
    before_name = number < mention.at and reading.has("threshold", "above", "below")
    return said.is_one_of(measurement.value) or (before_name and said.is_one_of(threshold))


def _is_confidence_level(reading: Reading, number: int, measurement: Measurement) -> bool:
    """Whether a number is the 95 % of an interval."""
    unit = reading.units[number]
    is_level = unit.unit == "percent" and abs(unit.value - _CONFIDENCE_LEVEL) < 1e-9
    return is_level and (reading.has("interval") or measurement.unit is not MeasurementUnit.RATIO)


def _is_margin(reading: Reading, number: int, measurement: Measurement, said: _StatedValue) -> bool:
    """Such as "0.04 below the threshold", "exceeds 0.5 by 0.06", "3 mm higher than the right"."""
    if measurement.value is None:
        return False
    gaps: list[float] = []
    if measurement.threshold is not None:
        gaps.append(abs(measurement.value - measurement.threshold.value))
    following = reading.units[number + 1].tag if number + 1 < len(reading.units) else ""
    nearby = {unit.tag for unit in reading.units[max(0, number - 2) : number]}
    of_threshold = following in _COMPARED or "difference" in nearby
    if of_threshold and reading.has("threshold") and said.is_gap(*gaps):
        return True
    return _is_gap(reading, number) and said.is_gap(*gaps, *_side_gaps(reading, measurement))


def _is_in_place(
    reading: Reading, number: int, measurement: Measurement, said: _StatedValue
) -> bool:
    """Whether it is the value right after "(" or ":", or an end where an interval is stated."""
    opening = number > 0 and reading.units[number - 1].text in _OPENING
    if opening and said.is_one_of(measurement.value):
        return True  # "above the threshold (0.53 versus 0.50)"
    ends = said.is_one_of(measurement.low, measurement.high)
    return ends and (reading.has("interval") or _is_range(reading, number))


def _is_bounded(value: float, said: _StatedValue, bound: frozenset[str]) -> bool:
    """Such as "above 0.4", "close to 0.46", where the number is not the threshold."""
    if bound & {"above", "more", "at_least"} and "threshold" not in bound:
        return value > said.value
    if bound & {"below", "less", "at_most"} and "threshold" not in bound:
        return value < said.value
    return bound <= {"near", "within", "equal", "interval"} and said.is_one_of(value)


def _is_gap(reading: Reading, number: int) -> bool:
    """Whether a number may be a difference: after "by", or beside a comparison."""
    before = {unit.tag for unit in reading.units[max(0, number - 2) : number]}
    after = reading.neighbours(number, 1, skip=("of",))
    compared = after is not None and reading.units[after].tag in _COMPARED
    return bool(before & {"difference", "of"}) or compared


def _side_gaps(reading: Reading, measurement: Measurement) -> list[float]:
    """The difference of the two sides' values, where both were measured."""
    same = [one for one in reading.facts.all_measurements if one.name == measurement.name]
    values = [one.value for one in same if one.side is not None and one.value is not None]
    return [abs(values[0] - values[1])] if len(values) == 2 else []


def _is_range(reading: Reading, number: int) -> bool:
    beside = reading.units[max(0, number - 1) : number + 2]
    return any(unit.text in "-–—" for unit in beside)

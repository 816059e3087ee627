"""Checks whether a number is a measurement's value, an end of its interval, or its threshold."""

from pipeline.types import Measurement, MeasurementUnit
from report.checking.measurements.mentions import MeasurementMention
from report.checking.sentence.reading import Reading

SCALES = {  # a written unit in one of the measurement's
    (MeasurementUnit.CM, "mm"): 0.1,
    (MeasurementUnit.CM, "cm"): 1.0,
    (MeasurementUnit.CM, ""): 1.0,
    (MeasurementUnit.RATIO, "percent"): 1.0,
    (MeasurementUnit.RATIO, ""): 1.0,
    (MeasurementUnit.DEGREES, "degrees"): 1.0,
    (MeasurementUnit.DEGREES, ""): 1.0,
}
_OPENING = frozenset({"(", ":", ",", "–", "—"})
_COMPARED = frozenset({"above", "below", "more", "less"})
_CONFIDENCE_LEVEL = 0.95


def check_value(  # noqa: PLR0911, PLR0912
    reading: Reading,
    number: int,
    measurement: Measurement,
    bound: frozenset[str],
    mention: MeasurementMention,
) -> bool | None:
    """Whether a number is the value, an end of the interval, or the threshold, as it is said."""
    unit = reading.units[number]
    scale = SCALES.get((measurement.unit, unit.unit))
    if (
        unit.unit == "percent"
        and abs(unit.value - _CONFIDENCE_LEVEL) < 1e-9
        and (reading.has("interval") or measurement.unit is not MeasurementUnit.RATIO)
    ):
        return None if not reading.has("interval") else True
    if scale is None or measurement.value is None:
        return False
    said, tolerance = unit.value * scale, unit.tolerance * scale
    units_before = reading.units[:number]
    threshold = measurement.threshold.value if measurement.threshold else None
    ends = [end for end in (measurement.low, measurement.high) if end is not None]
    digits = measurement.unit.digits

    def is_one_of(*values: float | None) -> bool:
        return any(
            abs(one - said) <= tolerance
            for value in values
            if value is not None
            for one in (value, round(value, digits))
        )

    following = reading.units[number + 1].tag if number + 1 < len(reading.units) else ""
    nearby = {unit.tag for unit in reading.units[max(0, number - 2) : number]}
    if threshold is not None and (
        following in ("above", "below", "more", "less") or "difference" in nearby
    ):
        gap = abs(measurement.value - threshold)
        if abs(gap - said) <= tolerance + 1e-9 and reading.has("threshold"):
            return True  # "0.04 below the threshold"
    opening = number > 0 and units_before[-1].text in _OPENING
    if opening and is_one_of(measurement.value):
        return True  # "above the threshold (0.53 versus 0.50)"
    if _is_gap(reading, number):
        gaps = [abs(measurement.value - threshold)] if threshold is not None else []
        gaps += _side_gaps(reading, measurement)
        if any(abs(gap - said) <= tolerance + 1e-9 for gap in gaps):
            return True  # "exceeds 0.5 by 0.06", "3 mm higher than the right"
    if is_one_of(*ends) and (reading.has("interval") or _is_range(reading, number)):
        return True
    if bound - {"for_adults"}:
        if is_one_of(threshold):
            return True
        if bound & {"above", "more", "at_least"} and "threshold" not in bound:
            return measurement.value > said
        if bound & {"below", "less", "at_most"} and "threshold" not in bound:
            return measurement.value < said
        return bool(bound <= {"near", "within", "equal", "interval"}) and is_one_of(
            measurement.value
        )
    if is_one_of(measurement.value):
        return True
    before_name = number < mention.at and reading.has("threshold", "above", "below")
    return before_name and is_one_of(threshold)


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

"""Checks words that place a measurement: above, near, within, raised, enlarged."""

from collections.abc import Mapping

from pipeline.types import Measurement, SpanKind, ThresholdRelation
from report.checking.measurements.mentions import MeasurementMention, measurement_names
from report.checking.measurements.values import SCALES
from report.checking.sentence.lexicon import in_table, table_names
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import NUMBER

_ABOVE = frozenset({"above", "more", "at_least"})
_BELOW = frozenset({"below", "less"})
_RAISED = frozenset({"raised", "strong"})
_REDUCED = frozenset({"reduced", "weak"})
_HIGH = frozenset({"strong", "lung_height_beyond", "cardiothoracic_ratio_beyond"})


def check_relation(
    reading: Reading,
    mention: MeasurementMention,
    measurement: Measurement,
    bounds: Mapping[int, frozenset[str]],
) -> None:
    """Above, below, near, within, raised, reduced, and what lies beyond the threshold is called."""
    units = reading.units
    value = measurement.value if measurement.value is not None else 0.0
    evidence = {measurement.name: value}
    own_bound = _bounds_elsewhere(reading, measurement, bounds)
    for index in range(mention.start, mention.end):
        unit = units[index]
        if unit.accounted:
            continue
        denial = denial_of(reading, index, mention.start)
        denied = denial is not None and not unit.is_denial  # "none does not reach" denies once
        good = said_rightly(reading, index, measurement, denied=denied)
        if unit.tag in ("at_most", "at_least") and any(
            number > index and units[number].good for number in bounds
        ):
            reading.account(index)  # "normal up to 0.50"
            continue
        if unit.tag in ("within", "normal") and units[index - 1].tag in _ABOVE | _BELOW:
            reading.account(index)  # "exceeds the norm"
            continue
        if unit.tag == "than" or (index and units[index - 1].tag == NUMBER and unit.tag in _HIGH):
            reading.account(index)  # "1.2 cm high"
            continue
        if unit.tag in ("above", "more", "below", "less", "near", "at_least", "at_most") and (
            own_bound and good is not None
        ):
            reading.account(index)  # the number itself was compared
            continue
        if good is None:
            continue
        if denial is not None:
            reading.account(denial)
        reading.note(index, good, SpanKind.MEASUREMENT, **evidence)


def _bounds_elsewhere(
    reading: Reading, measurement: Measurement, bounds: Mapping[int, frozenset[str]]
) -> bool:
    """Whether a number that is not the threshold bounds the value: "above 0.4"."""
    threshold = measurement.threshold.value if measurement.threshold else None
    for number, words in bounds.items():
        unit = reading.units[number]
        scale = SCALES.get((measurement.unit, unit.unit), 1.0)
        is_threshold = threshold is not None and abs(unit.value * scale - threshold) <= max(
            unit.tolerance * scale, 1e-9
        )
        if words & {"above", "below", "more", "less"} and not is_threshold and unit.good:
            return "threshold" not in words
    return False


def denial_of(reading: Reading, index: int, start: int) -> int | None:
    """The word that denies a unit: the last before it, with no joint between."""
    for before in range(index - 1, start - 1, -1):
        unit = reading.units[before]
        if unit.tag == "no" and not unit.accounted:
            return before
        if unit.tag in ("contrast", NUMBER) or unit.text in (";", ":"):
            break
    return _denial_after(reading, index)


def _denial_after(reading: Reading, index: int) -> int | None:
    """A denial that ends the statement: "уплощения диафрагмы нет"."""
    names = measurement_names(reading.facts.language)
    denial = reading.neighbours(index, 1, skip=("of", "heart", "finding", "anatomy", *names))
    if denial is None or reading.units[denial].tag not in ("no", "not_measured_word"):
        return None
    if reading.units[denial].accounted:
        return None
    following = reading.neighbours(denial, 1, skip=("plain", "mark"))
    ends = following is None or reading.units[following].tag == "punctuation"
    return denial if ends else None


def said_rightly(
    reading: Reading, index: int, measurement: Measurement, *, denied: bool
) -> bool | None:
    """Whether a word that places the value is right; `None` if it is no such word."""
    tag = reading.units[index].tag
    relation = measurement.relation
    beyond = bool(measurement.beyond_threshold) and not measurement.is_borderline
    if relation is None or measurement.threshold is None:
        return None
    if _calls_beyond(reading, index, measurement):
        return beyond != denied
    if tag in _ABOVE or tag in _BELOW:
        return _is_on_side(measurement, is_above=tag in _ABOVE, denied=denied)
    if tag == "near" or in_table(reading.units[index].text, "near", reading.facts.language):
        return (relation is ThresholdRelation.NEAR) != denied
    if tag in ("within", "normal"):
        fine = measurement.beyond_threshold is False and not measurement.is_borderline
        return _states_range(reading, index) or (beyond if denied else fine)
    return None


def _calls_beyond(reading: Reading, index: int, measurement: Measurement) -> bool:
    """Whether a word says that a value is beyond its threshold: enlarged, raised, abnormal."""
    tag = reading.units[index].tag
    if is_beyond(reading, index, f"{measurement.name}_beyond"):
        return True
    above = measurement.threshold is not None and measurement.threshold.above
    return tag == "abnormal" or tag in (_RAISED if above else _REDUCED)


def _is_on_side(measurement: Measurement, *, is_above: bool, denied: bool) -> bool:
    """Whether a value is above or below its threshold, or not; "not above" may be borderline."""
    relation = measurement.relation
    said = ThresholdRelation.ABOVE if is_above != denied else ThresholdRelation.BELOW
    near = relation is ThresholdRelation.NEAR and not measurement.beyond_threshold
    return relation is said or (denied and is_above and near)


def is_beyond(reading: Reading, index: int, table: str) -> bool:
    """Whether a word says what lies beyond a threshold; "enlarged" is said of heart and lung."""
    language = reading.facts.language
    return table in table_names(language) and in_table(reading.units[index].text, table, language)


def _states_range(reading: Reading, index: int) -> bool:
    """Whether "normal" begins "normal up to 0.50", which states the threshold and no relation."""
    following = reading.units[index + 1 : index + 4]
    return any(unit.tag in ("at_most", "at_least") for unit in following[:2]) or (
        len(following) > 1
        and following[0].tag in ("of", "plain", "approximately")
        and following[1].tag == NUMBER
        and reading.has("near")
    )

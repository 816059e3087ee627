"""Checks words that place a measurement: above, near, within, raised, enlarged."""

from collections.abc import Mapping

from pipeline.types import Measurement, SpanKind, ThresholdRelation
from report.checking.measurements.mentions import MeasurementMention
from report.checking.measurements.values import SCALES
from report.checking.sentence.lexicon import in_table, table_names
from report.checking.sentence.reading import Reading
from report.checking.sentence.units import NUMBER

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
            return None
    return None


def said_rightly(  # noqa: PLR0911
    reading: Reading, index: int, measurement: Measurement, *, denied: bool
) -> bool | None:
    """Whether a word that places the value is right; `None` if it is no such word."""
    tag = reading.units[index].tag
    relation, threshold = measurement.relation, measurement.threshold
    clear = bool(measurement.beyond_threshold) and not measurement.is_borderline
    beyond = f"{measurement.name}_beyond"
    if threshold is not None and is_beyond(reading, index, beyond):
        return clear != denied
    if relation is None or threshold is None:
        return None
    above, below = ThresholdRelation.ABOVE, ThresholdRelation.BELOW
    if tag in ("above", "more", "at_least"):
        return relation is (below if denied else above) or (
            denied and relation is ThresholdRelation.NEAR and not measurement.beyond_threshold
        )
    if tag in ("below", "less"):
        return relation is (above if denied else below)
    if tag == "near" or in_table(reading.units[index].text, "near", reading.facts.language):
        return (relation is ThresholdRelation.NEAR) != denied
    if tag in ("within", "normal"):
        fine = measurement.beyond_threshold is False and not measurement.is_borderline
        if _states_range(reading, index):
            return True
        return clear if denied else fine
    if tag in _RAISED and threshold.above:
        return clear != denied
    if tag in _REDUCED and not threshold.above:
        return clear != denied
    if tag in ("abnormal",):
        return clear != denied
    return None


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

"""Checks what a sentence says of the chest measurements: value, threshold, meaning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.types import (
    Language,
    Measurement,
    MeasurementName,
    MeasurementUnit,
    Side,
    SpanKind,
    ThresholdRelation,
)
from pipeline.words import words_of
from report.checking.lexicon import LABEL, NUMBER, in_table, table_names
from report.checking.places import SIDES
from report.checking.reading import Reading
from report.writing.facts import Hyperinflation

_SCALES = {  # a written unit in one of the measurement's
    (MeasurementUnit.CM, "mm"): 0.1,
    (MeasurementUnit.CM, "cm"): 1.0,
    (MeasurementUnit.CM, ""): 1.0,
    (MeasurementUnit.RATIO, "percent"): 1.0,
    (MeasurementUnit.RATIO, ""): 1.0,
    (MeasurementUnit.DEGREES, "degrees"): 1.0,
    (MeasurementUnit.DEGREES, ""): 1.0,
}
_BOUND_WORDS = frozenset(
    {
        "threshold",
        "above",
        "below",
        "more",
        "less",
        "than",
        "near",
        "within",
        "at_most",
        "at_least",
        "for_adults",
        "equal",
    }
)
_ENDS = frozenset({LABEL, "classifier", "confidence", "probability", "intensity", "mark", "share"})
_STRUCTURES = {
    "heart_itself": "heart_width",
    "lungs_themselves": "lung_height",
    "dome_itself": "dome_height",
}  # a table of structures, and what a length beside them is
_OPENING = frozenset({"(", ":", ",", "–", "—"})
_COMPARED = frozenset({"above", "below", "more", "less"})
_CONFIDENCE_LEVEL = 0.95
_RAISED = frozenset({"raised", "strong"})
_REDUCED = frozenset({"reduced", "weak"})
_HIGH = frozenset({"strong", "lung_height_beyond", "cardiothoracic_ratio_beyond"})
_FREE = frozenset(
    {"one", "heart", "equal", "threshold", "interval", "for_adults", "fits", "approximately"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementMention:
    """What a sentence says of one measurement: the units `start` up to `end`, its name at `at`."""

    name: MeasurementName
    at: int
    start: int
    end: int


def measurement_names(language: Language) -> frozenset[MeasurementName]:
    """The measurements that have a name."""
    return frozenset(words_of(language).table["measurements"]["names"])


def check_measurements(reading: Reading) -> None:
    """Check what is said of measurements; their units are accounted for."""
    _name_structures(reading)
    for mention in _mentions(reading):
        if not _check_both_sides(reading, mention):
            _check_measurement(reading, mention)
    _check_hyperinflation(reading)


def _name_structures(reading: Reading) -> None:
    """Such as "The heart is 12.4 cm wide", "lungs 24.3 cm", as the measurements that they are."""
    units = reading.units
    names = measurement_names(reading.facts.language)
    for table, name in _STRUCTURES.items():
        for index, unit in enumerate(units):
            if unit.tag in names or unit.accounted:
                continue
            if not in_table(unit.text, table, reading.facts.language):
                continue
            for after in range(index + 1, min(index + 8, len(units))):
                if units[after].tag in names or units[after].text == ";":
                    break
                if units[after].tag == NUMBER:
                    if units[after].unit in ("cm", "mm"):
                        unit.tag = name
                    elif table == "heart_itself" and any(
                        in_table(one.text, "chest_itself", reading.facts.language)
                        for one in units[after:]
                    ):
                        unit.tag = "cardiothoracic_ratio"  # "takes up half of the chest"
                    break


def _check_both_sides(reading: Reading, mention: MeasurementMention) -> bool:  # noqa: PLR0912, PLR0915
    """A value for each side, or one side against the other; whether it was that."""
    units = reading.units
    span = range(len(units))
    sides = [index for index in span if units[index].tag in SIDES]
    named = _named_side(reading, mention)
    order = [Side(units[index].tag) for index in sides]
    if named is not None:
        order.insert(sum(index < mention.at for index in sides), named)
    said = set(order)
    same = [one for one in reading.facts.all_measurements if one.name == mention.name and one.side]
    valued = {one.side: one for one in same if one.value is not None and one.side is not None}
    numbers = [index for index in span if units[index].tag == NUMBER]
    both = [index for index in span if units[index].tag == "both"]
    if not sides and not both and reading.has("each_side"):
        both = reading.tagged("each_side")
    pair = [index for index in numbers if not _is_bound(reading, index)]
    if len(said) != 2 and not both and (order or len(pair) != 2):
        return False
    if len(valued) != 2 or reading.mentions:
        return False
    evidence = {mention.name: next(iter(valued.values())).value or 0.0}
    own = [index for index in numbers if not _is_bound(reading, index)]
    if not order and len(own) == 2:
        order = [Side.RIGHT, Side.LEFT]
    if len(order) == len(own):
        for side, number in zip(order, own, strict=True):
            good = _check_value(reading, number, valued[side], frozenset(), mention)
            reading.note(number, bool(good), SpanKind.MEASUREMENT, **evidence)
    elif own:
        return False
    limits = [index for index in numbers if index not in own]
    for index in span:
        tag = units[index].tag
        if tag in ("more", "less", "above", "below") and not units[index].accounted:
            if len(order) == 2 and not limits:
                first, second = (valued[side].value or 0.0 for side in order)
                good = first > second if tag in ("more", "above") else first < second
            else:
                relations = [
                    _said_rightly(reading, index, one, denied=False) for one in valued.values()
                ]
                if None in relations:
                    continue
                good = all(relations)
            reading.note(index, good, SpanKind.MEASUREMENT, **evidence)
    for index in span:
        if _is_beyond(reading, index, f"{mention.name}_beyond") and not units[index].accounted:
            denial = _denial(reading, index, 0)
            found = [
                _said_rightly(reading, index, one, denied=denial is not None)
                for one in valued.values()
            ]
            if None not in found:
                reading.note(index, all(found), SpanKind.MEASUREMENT, **evidence)
                reading.account(*([] if denial is None else [denial]))
    for number in limits:
        values = [one.threshold.value for one in valued.values() if one.threshold is not None]
        unit = units[number]
        good = bool(values) and abs(values[0] - unit.value) <= unit.tolerance
        reading.note(number, good, SpanKind.MEASUREMENT, **evidence)
    if both and not own and not limits and not any(unit.good is not None for unit in units):
        return False
    reading.account(mention.at, *sides, *both)
    reading.account(
        *[at for at in span if units[at].tag in _FREE | {"than", "strong", "each_side"}]
    )
    return True


def _is_bound(reading: Reading, index: int) -> bool:
    before = set()
    for at in range(index - 1, max(-1, index - 5), -1):
        if reading.units[at].tag == NUMBER:
            break
        before.add(reading.units[at].tag)
    return bool(before & {"above", "below", "threshold", "more", "less"}) and reading.units[
        index - 1
    ].text not in (",", "(")


def _mentions(reading: Reading) -> Iterator[MeasurementMention]:
    """Each measurement's part of a sentence: to the next one, a zone, a label, or the end."""
    names = measurement_names(reading.facts.language)
    found = [index for index, unit in enumerate(reading.units) if unit.tag in names]
    for place, at in enumerate(found):
        last = found[place + 1] if place + 1 < len(found) else len(reading.units)
        end = next(
            (index for index in range(at + 1, last) if _is_end(reading, index, at)),
            last,
        )
        start = at
        if place == 0 and at:
            ends = [index for index in range(at) if _is_end(reading, index, at)]
            start = at if ends else 0
        yield MeasurementMention(name=reading.units[at].tag, at=at, start=start, end=end)


def _is_end(reading: Reading, index: int, at: int) -> bool:
    unit = reading.units[index]
    if unit.tag in SIDES or unit.tag == "both":
        # "the angle on the right"; far from the name it begins a statement of its own
        return not at < index <= at + 3
    mentioned = any(mention.first <= index <= mention.last for mention in reading.mentions)
    return mentioned or unit.tag in _ENDS or unit.text == ";"


def _check_measurement(reading: Reading, mention: MeasurementMention) -> None:
    units = reading.units
    span = range(mention.start, mention.end)
    sides = [index for index in span if units[index].tag in SIDES]
    sided = any(one.side for one in reading.facts.all_measurements if one.name == mention.name)
    if sided and not sides and not reading.mentions:  # "on the left, the dome measures 2.5 cm"
        elsewhere = reading.tagged(*SIDES)
        sides = elsewhere if len(elsewhere) == 1 else []
    side = Side(units[sides[0]].tag) if sides else _named_side(reading, mention)
    measurement = _of(reading, mention.name, side)
    numbers = [index for index in span if units[index].tag == NUMBER]
    if measurement is None or measurement.value is None:
        unmeasured = [index for index in span if units[index].tag == "not_measured_word"]
        for index in unmeasured:
            reading.note(index, True, SpanKind.MEASUREMENT)
            reading.account(mention.at, *[at for at in span if units[at].tag == "no"])
        for index in [] if unmeasured else numbers:  # a value of what was not measured
            reading.note(index, False, SpanKind.MEASUREMENT)
        return
    evidence = {mention.name: measurement.value}
    reading.note(mention.at, None, SpanKind.MEASUREMENT, **evidence)
    reading.account(*sides, *[index for index in span if units[index].tag in _FREE])
    if mention.name == "cardiothoracic_ratio":
        reading.account(*[index for index in span if _is_chest(reading, index)])
    bounds = {number: _bound_words(reading, number, mention, numbers) for number in numbers}
    for number in numbers:
        good = _check_value(reading, number, measurement, bounds[number], mention)
        if good is not None:
            reading.note(number, good, SpanKind.MEASUREMENT, **evidence)
    _check_relation(reading, mention, measurement, bounds)


def _is_chest(reading: Reading, index: int) -> bool:
    return in_table(reading.units[index].text, "chest_itself", reading.facts.language)


def _named_side(reading: Reading, mention: MeasurementMention) -> Side | None:
    """A side inside the name itself: "height of the right lung"."""
    language = reading.facts.language
    parts = reading.units[mention.at].text.split()
    found = [side for side in Side if any(in_table(part, side.value, language) for part in parts)]
    return found[0] if len(found) == 1 else None


def _of(reading: Reading, name: MeasurementName, side: Side | None) -> Measurement | None:
    same = [one for one in reading.facts.all_measurements if one.name == name]
    sided = [one for one in same if side is None or one.side in (side, None)]
    valued = [one for one in sided if one.value is not None]
    return next(iter(valued or sided), None)


def _bound_words(
    reading: Reading, number: int, mention: MeasurementMention, numbers: Sequence[int]
) -> frozenset[str]:
    """The words between the number before, or the name, and a number, that make it a bound."""
    previous = [one for one in numbers if one < number]
    start = previous[-1] + 1 if previous else min(mention.at + 1, number)
    if number < mention.at and not previous:
        start = mention.start
    tags = {unit.tag for unit in reading.units[start:number]}
    return frozenset(tags & (_BOUND_WORDS | {"interval"}))


def _check_value(  # noqa: PLR0911, PLR0912
    reading: Reading,
    number: int,
    measurement: Measurement,
    bound: frozenset[str],
    mention: MeasurementMention,
) -> bool | None:
    """Whether a number is the value, an end of the interval, or the threshold, as it is said."""
    unit = reading.units[number]
    scale = _SCALES.get((measurement.unit, unit.unit))
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


def _check_relation(
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
        denial = _denial(reading, index, mention.start)
        denied = denial is not None and not unit.is_denial  # "none does not reach" denies once
        good = _said_rightly(reading, index, measurement, denied=denied)
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
        scale = _SCALES.get((measurement.unit, unit.unit), 1.0)
        is_threshold = threshold is not None and abs(unit.value * scale - threshold) <= max(
            unit.tolerance * scale, 1e-9
        )
        if words & {"above", "below", "more", "less"} and not is_threshold and unit.good:
            return "threshold" not in words
    return False


def _denial(reading: Reading, index: int, start: int) -> int | None:
    """The word that denies a unit: the last before it, with no joint between."""
    for before in range(index - 1, start - 1, -1):
        unit = reading.units[before]
        if unit.tag == "no" and not unit.accounted:
            return before
        if unit.tag in ("contrast", NUMBER) or unit.text in (";", ":"):
            return None
    return None


def _said_rightly(  # noqa: PLR0911
    reading: Reading, index: int, measurement: Measurement, *, denied: bool
) -> bool | None:
    """Whether a word that places the value is right; `None` if it is no such word."""
    tag = reading.units[index].tag
    relation, threshold = measurement.relation, measurement.threshold
    clear = bool(measurement.beyond_threshold) and not measurement.is_borderline
    beyond = f"{measurement.name}_beyond"
    if threshold is not None and _is_beyond(reading, index, beyond):
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


def _is_beyond(reading: Reading, index: int, table: str) -> bool:
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


def _check_hyperinflation(reading: Reading) -> None:
    """What is said of over-inflated lungs, where measurements could say it."""
    facts = reading.facts
    for index in reading.tagged("hyperinflation"):
        if facts.hyperinflation is None:
            continue
        said = Hyperinflation.FITS
        undecided = reading.tagged("undecided", "uncertain")
        denials = [at for at in reading.tagged("no") if not reading.units[at].accounted]
        if undecided:
            said = Hyperinflation.OPEN
            reading.account(*undecided, *denials)
        elif denials:
            said = Hyperinflation.NONE
        reading.account(*denials, *reading.tagged("fits", "for_adults", "threshold"))
        good = said is facts.hyperinflation
        reading.note(index, good, SpanKind.MEASUREMENT, hyperinflation=facts.hyperinflation.value)

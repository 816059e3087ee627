"""Whether something wrong could be read another way: then it is not measured, not contradicted.

A number that is right for something else that the sentence names, and that does not stand right by
what it was compared with, may have been attached wrongly. So may a label beside another, a side
beside the other, a comparison beside another, a grade where there are not as many as zones, and a
zone beside others where one is denied or excepted.
"""

from collections.abc import Collection, Iterator
from itertools import combinations

from pipeline.types import MeasurementUnit, Side, SpanKind
from report.checking.sentence.lexicon import in_table
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COMPARES, DEGREES, DENIALS
from report.checking.sentence.units import LABEL, NUMBER, Unit

_LENGTHS = frozenset({"cm", "mm"})
_MILLIMETRES = 0.1
_ROUNDED = 1e-6
_LABELS = frozenset({LABEL, "normal", "abnormal"})
_RIVALS = {  # what may be meant instead, if there is more than one
    SpanKind.LABEL: (LABEL, "normal"),
    SpanKind.SIDE: ("right", "left"),
    SpanKind.COMPARISON: tuple(COMPARES),
}
_ZONE_VALUES = ("intensity", "share", "agreement")


def is_ambiguous(reading: Reading, unit: Unit) -> bool:
    """Whether a wrong unit may be right in another reading of its sentence."""
    index = next(at for at, one in enumerate(reading.units) if one is unit)
    if unit.tag == NUMBER and unit.kind in _CHECKS:
        return not _CHECKS[unit.kind](reading, index) and _is_right_elsewhere(reading, unit)
    if unit.kind is SpanKind.ZONE:
        return _parts_zones(reading)
    if unit.kind is SpanKind.GRADE:
        return bool(reading.mentions) and len(reading.mentions) != len(reading.tagged(*DEGREES))
    if unit.kind is SpanKind.SIDE and reading.has("max", "min"):
        return False  # "the right predominates over the left"
    rivals = _RIVALS.get(unit.kind) if unit.kind is not None else None
    return rivals is not None and len(reading.tagged(*rivals)) > 1


def _parts_zones(reading: Reading) -> bool:
    """Whether something between the zones named turns what is said of them: "A, not B"."""
    places = [at for one in reading.mentions for at in (one.first, one.last)]
    first, last = min(places, default=0), max(places, default=0)
    turning = [
        at for at in reading.tagged("contrast", "except", "other", *DENIALS) if first < at < last
    ]
    denials = [at for at in turning if reading.units[at].tag in DENIALS]
    listed = any(at < first for at in reading.tagged(*DENIALS))  # "neither A nor B"
    return bool(turning) and not (listed and turning == denials)


def _is_right_elsewhere(reading: Reading, unit: Unit) -> bool:
    """Whether a number is another value of what the sentence names, or follows from such values."""
    values = _lengths(reading) if unit.unit in _LENGTHS else _shares(reading)
    scale = _MILLIMETRES if unit.unit == "mm" else 1.0
    return any(
        abs(one - unit.value * scale) <= unit.tolerance * scale + _ROUNDED
        for value in values
        for one in (value, round(value, 2))
    )


def _lengths(reading: Reading) -> Iterator[float]:
    for one in reading.facts.all_measurements:
        if one.value is not None:
            yield one.value
            if one.threshold is not None:
                yield one.threshold.value
                yield abs(one.value - one.threshold.value)
    for first, second in combinations(reading.facts.all_measurements, 2):
        if first.name == second.name and first.value is not None and second.value is not None:
            yield abs(first.value - second.value)


def _shares(reading: Reading) -> Iterator[float]:
    facts = reading.facts
    named = {mention.zone for mention in reading.mentions}
    items = [item for item in facts.items if item.zone in named or not named]
    for name in _ZONE_VALUES:
        values = [float(getattr(item, name)) for item in items]
        yield from values
        yield from (abs(first - second) for first, second in combinations(values, 2))
    yield from _sums(reading)
    yield from _probabilities(reading)
    for one in facts.all_measurements:
        ratio = one.unit is MeasurementUnit.RATIO and reading.has(one.name)
        if ratio and one.value is not None and one.threshold is not None:
            yield from (one.value, one.threshold.value, abs(one.value - one.threshold.value))


def _sums(reading: Reading) -> Iterator[float]:
    """The parts of the map: of all zones, of none, of each side and each level."""
    items = reading.facts.items
    total = sum(item.share for item in items)
    yield from (total, 1 - total)
    for side in Side:
        yield sum(item.share for item in items if item.zone.side is side)
    for level in {item.zone.level for item in items}:
        yield sum(item.share for item in items if item.zone.level is level)


def _probabilities(reading: Reading) -> Iterator[float]:
    """Of the labels that a sentence names, of any abnormality, and their differences."""
    prediction = reading.facts.prediction
    units = [one for one in reading.units if one.tag in (LABEL, "normal")]
    labels = {one.label or prediction.normal_label for one in units} & set(prediction.labels)
    values = [prediction.probability(label) for label in sorted(labels)]
    yield from values
    yield from (abs(first - second) for first, second in combinations(values, 2))
    if labels or reading.has("classifier", "abnormal", "probability"):
        yield from (prediction.abnormal_probability, 1 - reading.facts.confidence)


def _stands_by_zone(reading: Reading, index: int) -> bool:
    """Whether a number stands right by the one zone that it was compared with."""
    names = {name.partition(".")[0] for name in reading.units[index].evidence}
    if not reading.mentions and len(names) == 1:
        return True  # said of the zone of the sentence before
    firsts = [mention.first for mention in reading.mentions]
    of_zone = any("." in name for name in reading.units[index].evidence)
    if not of_zone or _side_beside(reading, index):
        return bool(reading.units[index].evidence)
    own = [
        mention
        for mention in reading.mentions
        if mention.zone.value in names and firsts.count(mention.first) == 1
    ]
    places = [at for one in reading.mentions for at in (one.first, one.last)]
    return len(names) == 1 and any(
        _is_beside(reading, index, at, {*places} - {one.first, one.last})
        for one in own
        for at in (one.first, one.last)
    )


def _stands_by_label(reading: Reading, index: int) -> bool:
    """Whether a number stands right by the one label that it was compared with."""
    prediction = reading.facts.prediction
    names = set(reading.units[index].evidence)
    places = [at for at, one in enumerate(reading.units) if one.tag in _LABELS]
    own = [
        at
        for at in places
        if (reading.units[at].label or prediction.normal_label) in names
        or (reading.units[at].tag == "abnormal" and "abnormal_probability" in names)
    ]
    if not places:  # the highest probability, which needs no label
        return True
    return any(_is_beside(reading, index, at, {*places} - {at}) for at in own)


def _stands_by_side(reading: Reading, index: int) -> bool:
    """Whether a measurement's number stands right by its side, or no second side is named."""
    name = next(iter(reading.units[index].evidence), "")
    sides = {one.side for one in reading.facts.all_measurements if one.name == name and one.side}
    language = reading.facts.language
    words = [word for one in reading.units for word in one.text.split()]
    said = {side for side in Side if any(in_table(word, side.value, language) for word in words)}
    return not sides or len(said) == 1 or _side_beside(reading, index)


def _side_beside(reading: Reading, index: int) -> bool:
    """Whether a side, or a name that holds one, stands right by a number."""
    language = reading.facts.language
    for step in (1, -1):
        beside = reading.neighbours(index, step, skip=("of", "plain", "punctuation"))
        words = [] if beside is None else reading.units[beside].text.split()
        if any(in_table(word, side.value, language) for word in words for side in Side):
            return True
    return False


def _is_beside(reading: Reading, index: int, other: int, places: Collection[int]) -> bool:
    """Whether no other place and no other number stands between two units."""
    between = range(min(index, other) + 1, max(index, other))
    return not any(
        at in places or reading.units[at].tag == NUMBER or reading.units[at].text == ";"
        for at in between
    )


_CHECKS = {
    SpanKind.NUMBER: _stands_by_zone,
    SpanKind.CONFIDENCE: _stands_by_label,
    SpanKind.MEASUREMENT: _stands_by_side,
}

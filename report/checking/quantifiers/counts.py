"""Checks counts of zones: "two zones", "three of the six are not marked"."""

from pipeline.types import Level, Side, SpanKind, Zone
from report.checking.quantifiers.counted import (
    BETWEEN,
    counted_noun,
    counts_zones,
    is_pool,
    is_whole,
    part_before,
)
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.sentence.units import NUMBER
from report.checking.zones.grades import quantity_near

_SEVERAL = 2
_NEAR = 8  # units between a count and the side that it is of
_MODIFIED = ("more", "less", "above", "below", "at_least", "at_most")


def check_counts(reading: Reading) -> None:
    """Such as "Two zones", "three of the six zones are not marked", "two strong zones"."""
    for index in range(len(reading.units)):
        unit = reading.units[index]
        number = COUNTS.get(unit.tag)
        if unit.tag == "both" and counts_zones(reading, index):
            number = 2
        if unit.tag == NUMBER and not unit.unit and unit.value in range(7) and not unit.accounted:
            number = int(unit.value) if unit.text.isdigit() else None
        if unit.accounted or (number is None and unit.tag != "several"):
            continue
        if number == 6 and is_whole(reading, index) and reading.has("zone_noun"):
            reading.account(index)
            continue
        if number == 1 and index and reading.units[index - 1].tag == "no":
            reading.account(index)  # "not one zone"
            continue
        beside = [one.tag for one in reading.units[max(0, index - 1) : index + 2]]
        if number == 1 and beside == ["only", "one", "of"] and reading.mentions:
            reading.account(index)  # "A is the only one of low intensity"
            continue
        if number is not None and is_pool(reading, index):  # "two of the four marked zones"
            marked = len(reading.facts.items)
            reading.note(index, number in (marked, len(Zone)), SpanKind.COUNT)
            continue
        noun = counted_noun(reading, index)
        if noun is None:
            _check_label_count(reading, index, number)
            continue
        part = part_before(reading, index)
        if part is not None and number is not None:  # "half of the six zones"
            counted = reading.units[part].value * number
            good = abs(counted - len(reading.facts.items)) < 0.5
            reading.note(part, good, SpanKind.COUNT, regions=float(len(reading.facts.items)))
            reading.account(index)
            continue
        if number == 6 and is_whole(reading, index):
            reading.account(index)
            continue
        _check_count(reading, index, number)


def _check_label_count(reading: Reading, index: int, number: int | None) -> None:
    """Such as "Five labels" is right of as many."""
    noun = reading.neighbours(index, 1, skip=(*BETWEEN, "max", "other"))
    if noun is not None and reading.units[noun].tag == "classifier":
        labels = len(reading.facts.prediction.labels)
        if number == labels or reading.has("max", "other"):
            reading.account(index)


def _check_count(reading: Reading, index: int, number: int | None) -> None:
    if _check_each_side(reading, index, number):
        return
    segment = reading.segment_of(index)
    counted = _counted(reading, index)
    modifier = reading.neighbours(index, -1, skip=("than", "of"))
    tag = reading.units[modifier].tag if modifier is not None else ""
    good: bool | None = _is_right(counted, number, tag)
    if tag in _MODIFIED and modifier is not None:
        reading.account(modifier, *reading.tagged("than", within=segment))
    elif not good and number is not None and _says_more(reading, index):
        listed = len({mention.zone for mention in reading.mentions})
        if listed == number:
            good = None  # "two zones, A and B, ...": what is said of them is checked by itself
    only = [at for at in reading.tagged("only", "all", within=segment) if abs(at - index) <= 2]
    reading.account(*only)
    reading.note(index, good, SpanKind.COUNT, regions=float(len(reading.facts.items)))


def _is_right(counted: int, number: int | None, modifier: str) -> bool:
    """Whether as many were counted, or more or fewer as a word before the number says."""
    if number is None:
        return counted >= _SEVERAL
    if modifier in ("more", "above"):
        return counted > number
    if modifier in ("less", "below"):
        return counted < number
    if modifier == "at_least":
        return counted >= number
    return counted <= number if modifier == "at_most" else counted == number


def _counted(reading: Reading, index: int) -> int:
    """How many zones there are of the side and the grade that a count names, marked or not."""
    segment = reading.segment_of(index)
    items = list(reading.facts.items)
    grades = [
        at
        for at in reading.tagged(*DEGREES, within=segment)
        if not _other_quantity(reading, at) and not _is_apart(reading, index, at)
    ]
    sides = _sides_counted(reading, index, segment)
    if len(sides) == 1:
        items = [item for item in items if item.zone.side == reading.units[sides[0]].tag]
        reading.note(sides[0], None, SpanKind.SIDE)
    if len(grades) == 1 and not reading.mentions:
        items = [item for item in items if item.grade is DEGREES[reading.units[grades[0]].tag]]
        reading.account(*grades)
    denied = [at for at in reading.near_denials(index) if at > index]
    if not denied or reading.mentions:
        return len(items)
    reading.account(*denied)
    return (len(Level) if len(sides) == 1 else len(Zone)) - len(items)


def _sides_counted(reading: Reading, index: int, segment: Segment) -> list[int]:
    """The sides near a count, with no other count between: "two on the right and one ..."."""
    others = [at for at in reading.tagged(*COUNTS) if at != index]
    sides = [
        at
        for at in reading.unaccounted("right", "left", within=segment)
        if abs(at - index) < _NEAR
        and not any(unit.text == "," for unit in reading.units[min(at, index) : max(at, index)])
        and not any(min(at, index) < one < max(at, index) for one in others)
    ]
    return sides[:1] if others and len(sides) == len(Side) else sides


def _check_each_side(reading: Reading, index: int, number: int | None) -> bool:
    """Such as "Two zones on each side"; whether it was that."""
    others = [at for at in reading.tagged(*COUNTS) if at != index]
    each_side = reading.tagged("each_side") or [
        at for at in reading.tagged("both") if others and others[0] < index < at <= index + 2
    ]
    if not each_side:
        return False
    if any(min(index, each_side[0]) < at < max(index, each_side[0]) for at in others):
        return False
    _counted(reading, index)
    each = {sum(item.zone.side is side for item in reading.facts.items) for side in Side}
    reading.account(*each_side)
    reading.note(index, number is not None and each == {number}, SpanKind.COUNT)
    return True


def _is_apart(reading: Reading, first: int, last: int) -> bool:
    """Whether a denial after a comma stands between a count and what is said."""
    between = reading.units[first:last]
    return any(unit.text == "," for unit in between) and any(unit.tag == "no" for unit in between)


def _other_quantity(reading: Reading, index: int) -> bool:
    """Whether a degree is of the methods' agreement, or something else took it."""
    return reading.units[index].accounted or quantity_near(reading, index) == "agreement"


def _says_more(reading: Reading, index: int) -> bool:
    """Whether more is said of the zones counted than that they are marked."""
    before = reading.neighbours(index, -1, skip=("of",))
    only = before is not None and reading.units[before].tag == "only"
    return not only and reading.has(*DEGREES, NUMBER, "max", "min", "more", "less", "agreement")

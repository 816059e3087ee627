"""Checks counts of zones: "two zones", "three of the six are not marked"."""

from pipeline.types import Side, SpanKind, Zone
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


def _check_count(reading: Reading, index: int, number: int | None) -> None:  # noqa: PLR0912
    facts = reading.facts
    segment = reading.segment_of(index)
    items = list(facts.items)
    grades = [
        at
        for at in reading.tagged(*DEGREES, within=segment)
        if not _other_quantity(reading, at) and not _is_apart(reading, index, at)
    ]
    sides = [
        at
        for at in reading.tagged("right", "left", within=segment)
        if not reading.units[at].accounted and abs(at - index) < 8
    ]
    others = [at for at in reading.tagged(*COUNTS) if at != index]
    sides = [  # "two on the right and one on the left"
        at for at in sides if not any(min(at, index) < one < max(at, index) for one in others)
    ]
    if others and len(sides) == 2:
        sides = sides[:1]
    if len(sides) == 1:
        items = [item for item in items if item.zone.side == reading.units[sides[0]].tag]
        reading.note(sides[0], None, SpanKind.SIDE)
    if len(grades) == 1 and not reading.mentions:
        items = [item for item in items if item.grade is DEGREES[reading.units[grades[0]].tag]]
        reading.account(*grades)
    counted = len(items)
    denied = [at for at in reading.near_denials(index) if at > index]
    if denied and not reading.mentions:
        counted = (3 if len(sides) == 1 else 6) - counted
        reading.account(*denied)
    each_side = reading.tagged("each_side") or [
        at for at in reading.tagged("both") if others and others[0] < index < at <= index + 2
    ]
    later = [at for at in reading.tagged(*COUNTS) if each_side and index < at < each_side[0]]
    earlier = [at for at in reading.tagged(*COUNTS) if each_side and each_side[0] < at < index]
    if each_side and not (later or earlier):
        each = [sum(item.zone.side is side for item in facts.items) for side in Side]
        reading.account(*each_side)
        reading.note(index, number is not None and set(each) == {number}, SpanKind.COUNT)
        return
    modifier = reading.neighbours(index, -1, skip=("than", "of"))
    tag = reading.units[modifier].tag if modifier is not None else ""
    good: bool | None
    if number is None:
        good = counted >= 2
    elif tag in ("more", "above"):
        good = counted > number
    elif tag == "at_least":
        good = counted >= number
    elif tag in ("less", "below"):
        good = counted < number
    elif tag == "at_most":
        good = counted <= number
    else:
        good = counted == number
    if tag in _MODIFIED and modifier is not None:
        reading.account(modifier, *reading.tagged("than", within=segment))
    elif (
        not good
        and number is not None
        and _says_more(reading, index)
        and _listed(reading, segment) == number
    ):
        good = None  # "two zones, A and B, ...": what is said of them is checked by itself
    only = [at for at in reading.tagged("only", "all", within=segment) if abs(at - index) <= 2]
    reading.account(*only)
    reading.note(index, good, SpanKind.COUNT, regions=float(len(facts.items)))


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


def _listed(reading: Reading, segment: Segment) -> int:
    return len({mention.zone for mention in reading.mentions})

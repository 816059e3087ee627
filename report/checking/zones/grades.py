"""Checks weak, moderate and strong, of attention in zones."""

from collections.abc import Sequence

from pipeline.types import SpanKind, Zone
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.zones.agreement import check_agreement
from report.checking.zones.compared import is_inserted

_QUALITIES = {"good": "strong", "poor": "weak", "partial": "moderate"}
_EXTREMES = ("more", "less", "max", "min", "above", "below", "near", "equal")


def check_degrees(reading: Reading) -> None:
    """Weak, moderate, strong: of attention in zones, or of the methods' agreement."""
    grades: list[int] = []
    for index in reading.tagged(*DEGREES, *_QUALITIES):
        unit = reading.units[index]
        following = reading.units[index + 1].tag if index + 1 < len(reading.units) else ""
        if unit.accounted:
            continue
        before = reading.units[index - 1].tag if index else ""
        if following in _EXTREMES or (unit.tag in _QUALITIES and before in ("max", "min")):
            reading.account(index)
            continue
        quantity = quantity_near(reading, index)
        if quantity == "agreement" or unit.tag in _QUALITIES:
            if quantity == "agreement" or reading.has("methods", "agreement"):
                check_agreement(reading, index, _QUALITIES.get(unit.tag, unit.tag))
        elif quantity not in ("confidence", "probability"):
            grades.append(index)
    for index in grades:
        _check_grade(reading, index, grades)


def quantity_near(reading: Reading, index: int) -> str:
    """The quantity that a degree is said of: the nearest in its segment."""
    segment = reading.segment_of(index)
    names = ("agreement", "disagree", "confidence", "probability", "intensity", "mark")
    found = reading.tagged(*names, within=segment)
    if not found:
        return ""
    nearest = min(found, key=lambda at: (abs(at - index), at < index))
    tag = reading.units[nearest].tag
    return {"disagree": "agreement", "mark": "intensity"}.get(tag, tag)


def _check_grade(reading: Reading, index: int, grades: Sequence[int]) -> None:
    facts = reading.facts
    segment = reading.segment_of(index)
    grade = DEGREES[reading.units[index].tag]
    denied = _denied_directly(reading, index)
    zones = _graded(reading, index, grades, segment)
    if zones is None:
        return
    items = [facts.zones[zone] for zone in zones if zone in facts.zones]
    evidence = {f"{item.zone}.grade": item.grade.value for item in items}
    if not items or len(items) < len(zones):
        if denied is None:
            reading.note(index, False, SpanKind.GRADE, **evidence)
        return
    right = all(item.grade is grade for item in items)
    if denied is not None:
        right = all(item.grade is not grade for item in items)
        reading.account(denied)
    reading.note(index, right, SpanKind.GRADE, **evidence)


def _denied_directly(reading: Reading, index: int) -> int | None:
    """The word that denies a degree right before it: "not weak", "no strong attention"."""
    before = reading.neighbours(index, -1, skip=("of", "plain", "intensity"))
    if before is None or reading.units[before].tag != "no" or reading.units[before].accounted:
        return None
    return before


def _graded(
    reading: Reading, index: int, grades: Sequence[int], segment: Segment
) -> list[Zone] | None:
    """The zones that a grade is said of; `None` if a side's, a count's or nobody's."""
    mentions = reading.mentions
    if not mentions:
        counted = reading.has("right", "left", "both", "other", "all", "several", *COUNTS)
        return None if counted else list(reading.context) or None
    if len(mentions) == 1:
        return [mentions[0].zone]
    if is_inserted(reading, index):  # "A, B and, faintly, C"
        following = [mention for mention in mentions if mention.first > index]
        return [following[0].zone] if following else None
    if len(grades) == 1:
        here = reading.zones_in(segment)
        return [mention.zone for mention in here or mentions]
    if len(grades) == len(mentions):
        return [mentions[grades.index(index)].zone]
    start, end = _reach(reading, index, grades)
    return [mention.zone for mention in mentions if start < mention.first < end]


def _reach(reading: Reading, index: int, grades: Sequence[int]) -> tuple[int, int]:
    """From where to where a grade reaches: on to the next, or back to the one before."""
    place = grades.index(index)
    if grades[0] < reading.mentions[0].first:  # "strong in A, moderate in B and C"
        return index, grades[place + 1] if place + 1 < len(grades) else len(reading.units)
    return (grades[place - 1] if place else -1), index

"""Checks "only": no other zone, side or grade."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Side, SpanKind, Zone
from report.checking.sentence.places import SIDES, ZoneMention
from report.checking.sentence.reading import Reading
from report.checking.sentence.segments import Segment
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.sentence.units import NUMBER
from report.checking.sides.sides import note_sides
from report.checking.sides.totals import open_sides

_COMPARED = frozenset({"more", "less", "above", "below"})
_WEAKENED = (
    _COMPARED
    | frozenset(
        {
            NUMBER,
            "near",
            "partial",
            "poor",
            "within",
            "only",
            "approximately",
            "uncertain",
            "hedge",
            "probability",
        }
    )
    | DEGREES.keys()
    | COUNTS.keys()
)


def check_only(reading: Reading) -> None:
    """Such as "Only A is marked", "confined to A and B": no other is, or none of that grade."""
    for index in reading.unaccounted("only"):
        after = reading.neighbours(index, 1, skip=("of", "difference"))
        following = "" if after is None else reading.units[after].tag
        if _weakens(reading, index, following):
            reading.account(index)
            continue
        segment = reading.segment_of(index)
        mentions = reading.zones_in(segment)
        sides = open_sides(reading, segment)
        whole = _whole_side(reading, index, after, mentions)
        if following == "zone_noun" and reading.mentions and not mentions:
            reading.account(index)  # "a single zone takes most of it: A"
        elif following == "zone_noun" and not (mentions or sides):
            marked = len(reading.facts.items)
            reading.note(index, marked == 1, SpanKind.COUNT, regions=float(marked))
        elif whole is not None:
            note_sides(reading, [index], reading.facts.sides == {whole})
        elif mentions:
            reading.note(index, _only_zones(reading, index, mentions, segment), SpanKind.ZONE)
        elif sides:
            _check_only_sides(reading, index, sides, segment)


def _weakens(reading: Reading, index: int, following: str) -> bool:
    """Whether "only" says little of what follows, and nothing of others: "only slightly ahead"."""
    passed = reading.neighbours(index, 1, skip=("of", "difference", "plain"))
    before = reading.units[index - 1].tag if index else ""
    if before in {NUMBER, *DEGREES} and following in ("", "punctuation"):
        return True  # "by one third only"
    compares = passed is not None and reading.units[passed].tag in _COMPARED
    return compares or following in _WEAKENED


def _whole_side(
    reading: Reading, index: int, after: int | None, mentions: Sequence[ZoneMention]
) -> Side | None:
    """The side that "only" is of, where zones follow: "left lung only: middle zone ..."."""
    beside = reading.neighbours(index, -1, skip=("lung",))
    if after is not None and reading.units[after].tag in SIDES:
        inside = any(one.first <= after <= one.last for one in reading.mentions)
        beside = beside if inside else after  # "only the left lung: middle zone ..."
    if beside is None or reading.units[beside].tag not in SIDES or not mentions:
        return None
    if any(mention.last < beside or mention.first == beside for mention in mentions):
        return None
    return SIDES[reading.units[beside].tag]


def _only_zones(
    reading: Reading, index: int, mentions: Sequence[ZoneMention], segment: Segment
) -> bool:
    """Whether the zones named are all that are marked, or not marked where that is denied."""
    facts = reading.facts
    named = {mention.zone for mention in mentions}
    if reading.denials(segment):
        return {zone for zone in Zone if zone not in facts.zones} == named
    pool: Sequence[Descriptor] = facts.items
    sides = reading.tagged("right", "left")
    if sides and sides[0] < index:  # "on the left, only the lower zone"
        said = {zone.side for zone in named}
        pool = [item for item in pool if item.zone.side in said]
    grades = reading.tagged(*DEGREES, within=segment)
    if len(grades) == 1:
        grade = DEGREES[reading.units[grades[0]].tag]
        pool = [item for item in pool if item.grade is grade]
    return {item.zone for item in pool} == named


def _check_only_sides(reading: Reading, index: int, sides: Sequence[int], segment: Segment) -> None:
    """Such as "Only the left lung is marked", "only the right is not"."""
    marked = reading.facts.sides
    said = {SIDES[reading.units[at].tag] for at in sides}
    denied = reading.denials(segment)
    good = (marked == said) != bool(denied)
    if denied and len(said) == 1:
        good = said.isdisjoint(marked) and bool(marked)
    reading.account(*denied, *reading.tagged("all", within=segment))
    note_sides(reading, [index, *sides], good)

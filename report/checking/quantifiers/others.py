"""Checks what is said of the other zones, and of all or none except some."""

from collections.abc import Sequence

from pipeline.types import Descriptor, SpanKind, Zone
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import DEGREES


def check_others(reading: Reading) -> None:
    """Such as "No other zone is marked", "nothing except A", "the remaining zones are weak"."""
    facts = reading.facts
    others = reading.tagged("other", "except")
    others = [at for at in others if not reading.units[at].accounted]
    if not others:
        return
    named = [mention.zone for mention in reading.mentions] or list(reading.context)
    segment = reading.segment_of(others[0])
    denials = reading.unaccounted("no", "absent")
    whole = reading.unaccounted("all", "only")
    grades = [
        at
        for at in reading.tagged(*DEGREES, within=segment)
        if reading.units[at].kind is None and not reading.units[at].accounted
    ]
    pool = _pool_of_side(reading, others[0])
    rest = [item for item in pool if item.zone not in named]
    if not named:
        return
    extremes = reading.unaccounted("equal", "more", "above", "max", within=segment)
    if denials and extremes and reading.mentions:  # "no other zone is as strong as A"
        strongest = max((item.intensity for item in facts.items), default=0.0)
        items = [facts.zones.get(zone) for zone in named]
        good = all(item is not None and item.intensity >= strongest - 0.005 for item in items)
        reading.note(extremes[0], good, SpanKind.ORDER)
        reading.account(*others, *denials, *whole, *reading.tagged("than"), *grades, *extremes)
        return
    if grades and not denials:
        grade = DEGREES[reading.units[grades[0]].tag]
        good = bool(rest) and all(item.grade is grade for item in rest)
        reading.note(grades[0], good, SpanKind.GRADE)
    elif reading.has("except") and whole and not denials:  # "all zones except A are marked"
        good = {item.zone for item in facts.items} == set(Zone) - set(named)
        reading.excepted = frozenset(named)
        for mention in reading.mentions:
            reading.account(*range(mention.first, mention.last + 1))
    elif denials:
        good = not rest
        if reading.has("except"):
            good = {item.zone for item in pool} == set(named)
            reading.excepted = frozenset(named)
        for mention in reading.mentions:
            if reading.has("except"):
                present = mention.zone in facts.zones
                reading.units[mention.first].good = present
                reading.units[mention.last].good = present
        reading.account(*denials)
    else:
        return
    reading.account(*others, *whole)
    reading.note(others[0], good, SpanKind.ZONE)


def _pool_of_side(reading: Reading, other: int) -> Sequence[Descriptor]:
    """The descriptors that "other" or "except" is of: "in the right lung, except A, none"."""
    inside = {at for one in reading.mentions for at in range(one.first, one.last + 1)}
    sides = [at for at in reading.tagged("right", "left") if at < other and at not in inside]
    if len(sides) != 1 or (reading.mentions[:1] and reading.mentions[0].first < other):
        return reading.facts.items
    reading.account(*sides)
    side = reading.units[sides[0]].tag
    return [item for item in reading.facts.items if item.zone.side == side]

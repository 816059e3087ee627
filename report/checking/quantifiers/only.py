"""Checks "only": no other zone, side or grade."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Side, SpanKind, Zone
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COUNTS, DEGREES
from report.checking.sentence.units import NUMBER
from report.checking.sides.sides import note_sides
from report.checking.sides.totals import open_sides


def check_only(reading: Reading) -> None:  # noqa: PLR0912
    """Such as "Only A is marked", "confined to A and B": no other is, or none of that grade."""
    facts = reading.facts
    for index in reading.tagged("only"):
        unit = reading.units[index]
        if unit.accounted:
            continue
        after = reading.neighbours(index, 1, skip=("of", "difference"))
        passed = reading.neighbours(index, 1, skip=("of", "difference", "plain"))
        if passed is not None and reading.units[passed].tag in ("more", "less", "above", "below"):
            reading.account(index)  # "only slightly ahead"
            continue
        following = None if after is None else reading.units[after]
        if following is not None and following.tag in (
            NUMBER,
            *DEGREES,
            "above",
            "below",
            "near",
            "partial",
            "poor",
            "more",
            "less",
            "within",
            "only",
            *COUNTS,
        ):
            reading.account(index)
            continue
        segment = reading.segment_of(index)
        mentions = reading.zones_in(segment)
        sides = open_sides(reading, segment)
        if following is not None and following.tag == "zone_noun" and not (mentions or sides):
            reading.note(
                index, len(facts.items) == 1, SpanKind.COUNT, regions=float(len(facts.items))
            )
            continue
        beside = reading.neighbours(index, -1, skip=("lung",))
        if following is not None and following.tag in SIDES and after is not None:
            inside = any(one.first <= after <= one.last for one in reading.mentions)
            beside = beside if inside else after  # "only the left lung: middle zone ..."
        if (
            beside is not None
            and reading.units[beside].tag in SIDES
            and mentions
            and (not any(mention.last < beside or mention.first == beside for mention in mentions))
        ):  # "left lung only: middle zone ..."
            good = facts.sides == {Side(reading.units[beside].tag)}
            note_sides(reading, [index], good)
            continue
        if mentions:
            named = {mention.zone for mention in mentions}
            pool: Sequence[Descriptor] = facts.items
            if reading.tagged("right", "left") and reading.tagged("right", "left")[0] < index:
                said_sides = {zone.side for zone in named}  # "on the left, only the lower zone"
                pool = [item for item in pool if item.zone.side in said_sides]
            grades = reading.tagged(*DEGREES, within=segment)
            if len(grades) == 1:
                grade = DEGREES[reading.units[grades[0]].tag]
                pool = [item for item in pool if item.grade is grade]
            good = {item.zone for item in pool} == named
            if reading.denials(segment):
                good = {zone for zone in Zone if zone not in facts.zones} == named
            reading.note(index, good, SpanKind.ZONE)
        elif sides:
            said = {Side(reading.units[at].tag) for at in sides}
            denied = reading.denials(segment)
            good = (facts.sides == said) != bool(denied)
            if denied and len(said) == 1:
                good = said.isdisjoint(facts.sides) and bool(facts.sides)
            reading.account(*denied, *reading.tagged("all", within=segment))
            note_sides(reading, [index, *sides], good)

"""Checks comparisons: zones or sides against each other."""

from collections.abc import Sequence

from pipeline.types import Descriptor, SpanKind
from report.checking.sentence.quantities import is_times
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COMPARES, MORE, TIMES
from report.checking.sentence.units import NUMBER
from report.checking.sides.comparisons import compare_sides
from report.checking.zones.compared import compared_zones, side_of_pair
from report.checking.zones.ranks import ROUNDED, denied_before, quantity_of

SAME = 0.02


def check_comparison(reading: Reading) -> None:
    """Zones or sides against each other."""
    for index in reading.tagged(*COMPARES, *TIMES):
        unit = reading.units[index]
        if unit.accounted:
            continue
        following = reading.neighbours(
            index, 1, skip=("than", "of", "plain", "approximately", "joins")
        )
        if following is not None and reading.units[following].tag == NUMBER:
            if unit.tag == "equal":
                reading.account(index)
            continue
        if reading.mentions:
            _compare_zones(reading, index)
        else:
            compare_sides(reading, index)


def _shares(
    one: Sequence[Descriptor | None], other: Sequence[Descriptor | None]
) -> tuple[list[float], list[float]]:
    """The parts of the map that zones have."""
    first, second = (
        [0.0 if item is None else item.share for item in items] for items in (one, other)
    )
    return first, second


def _compare_zones(reading: Reading, index: int) -> None:
    facts = reading.facts
    tag = reading.units[index].tag
    than = reading.unaccounted("than")
    first, second = side_of_pair(reading, index) or compared_zones(reading, index, than)
    if reading.has("other") and than and first and not second:
        second = [zone for zone in facts.zones if zone not in first]
        reading.account(*reading.tagged("other", "all"))
    if not first or not second:
        return
    value = quantity_of(reading, index)
    lows = [facts.zones.get(zone) for zone in first]
    highs = [facts.zones.get(zone) for zone in second]
    one = [0.0 if item is None else value(item) for item in lows]
    other = [0.0 if item is None else value(item) for item in highs]
    evidence = {
        f"{item.zone}.intensity": item.intensity for item in (*lows, *highs) if item is not None
    }
    good: bool | None
    if tag in TIMES:
        pairs = ((one, other), _shares(lows, highs))
        good = any(
            all(is_times(a, b, tag) for a in first for b in second) for first, second in pairs
        )
    elif tag == "equal":
        gaps = [abs(a - b) for a in one for b in other]
        good = all(gap <= SAME for gap in gaps)
        listed = reading.unaccounted("two", "three")
        reading.account(*listed)
    elif tag in MORE:
        good = all(a - b > -ROUNDED for a in one for b in other)
    else:
        good = all(b - a > -ROUNDED for a in one for b in other)
    denied = denied_before(reading, index)
    if denied is not None:
        reading.account(denied)
        good = not good
    if good and any(item is None for item in (*lows, *highs)):
        good = None
    if good is None:
        return
    reading.note(index, good, SpanKind.COMPARISON, **evidence)
    reading.account(*than)

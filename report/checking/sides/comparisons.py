"""Checks one side against the other."""

from pipeline.types import Side, SpanKind
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import MORE
from report.checking.sides.totals import agreeing_side, side_totals, stronger_side
from report.checking.zones.ranks import ZONE_QUANTITIES, denied_before

_UNEVEN_FROM = 0.1


def compare_sides(reading: Reading, index: int) -> None:
    """Such as "The right lung draws more attention than the left"."""
    sides = reading.unaccounted("right", "left")
    than = reading.tagged("than")
    if len(sides) != 2 or reading.units[sides[0]].tag == reading.units[sides[1]].tag:
        return
    tag = reading.units[index].tag
    turned = bool(than) and than[0] < sides[0] and than[0] < index
    first = Side(reading.units[sides[1 if turned else 0]].tag)
    counted = reading.neighbours(index, 1, skip=("of", "plain", "mark"))
    stronger: Side | None
    if (
        counted is not None
        and reading.units[counted].tag == "zone_noun"
        and tag in ("more", "less")
    ):
        numbers = {
            side: sum(item.zone.side is side for item in reading.facts.items) for side in Side
        }
        right, left = numbers[Side.RIGHT], numbers[Side.LEFT]
        stronger = None if right == left else (Side.RIGHT if right > left else Side.LEFT)
        good: bool | None = (stronger is first) == (tag == "more") and stronger is not None
    else:
        quantities = reading.tagged(*ZONE_QUANTITIES)
        is_agreement = bool(quantities) and reading.units[quantities[0]].tag in (
            "agreement",
            "disagree",
        )
        stronger = agreeing_side(reading) if is_agreement else stronger_side(reading)
        good = None if stronger is None else (stronger is first) == (tag in MORE)
        if tag == "equal":
            shares = [totals[0] for totals in side_totals(reading).values()]
            uneven = stronger is not None and abs(shares[0] - shares[1]) >= _UNEVEN_FROM
            good = False if uneven else None
    if good is None:
        return
    denied = denied_before(reading, index)
    if denied is not None:
        reading.account(denied)
        good = not good
    reading.note(index, good, SpanKind.COMPARISON)
    reading.account(*than, *sides)
    for at in sides:
        reading.note(at, None, SpanKind.SIDE)

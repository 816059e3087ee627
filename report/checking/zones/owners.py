"""Which zones a number belongs to, and what it may be of two zones or a side."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Side, Zone
from report.checking.sentence.places import SIDES
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COMPARES

_OPENING = ("(", ":", "=", "–", "-")


def named_together(reading: Reading, zones: Sequence[Zone]) -> list[Descriptor]:
    """The descriptors that one word names with the owner of a number: "the lower zones"."""
    firsts = {one.first for one in reading.mentions if one.zone in zones}
    named = [one.zone for one in reading.mentions if one.first in firsts]
    return [reading.facts.zones[zone] for zone in named if zone in reading.facts.zones]


def part_of_other(reading: Reading, number: int) -> bool | None:
    """Such as "A receives about half the share of B": a fraction between two zones."""
    before = [one.zone for one in reading.mentions if one.last < number]
    after = [one.zone for one in reading.mentions if one.first > number]
    between = reading.units[number + 1 : reading.mentions[-1].first] if after else []
    if len(before) != 1 or len(after) != 1 or any(unit.text in (",", ";") for unit in between):
        return None
    if any(unit.tag in ("joins", "contrast") for unit in between):
        return None
    first, second = (reading.facts.zones.get(zone) for zone in (*before, *after))
    if first is None or second is None:
        return None
    unit = reading.units[number]
    parts = (first.share / second.share, first.intensity / second.intensity)
    return any(abs(part - unit.value) <= 2 * unit.tolerance for part in parts)


def difference_of_two(reading: Reading, number: int, kinds: Sequence[str]) -> bool | None:
    """Such as "by 0.37" beside a comparison is the difference of its two zones."""
    unit = reading.units[number]
    items = [reading.facts.zones.get(mention.zone) for mention in reading.mentions]
    if not items and len(reading.facts.items) == 2:  # "the difference between the two zones"
        items = list(reading.facts.items)
    following = reading.neighbours(number, 1, skip=("plain",))
    compared = following is not None and reading.units[following].tag in COMPARES
    if len(items) != 2 or not (reading.has("difference") or unit.unit == "points" or compared):
        return None
    first, second = items
    if first is None or second is None:
        return None
    gap = abs(getattr(first, kinds[0]) - getattr(second, kinds[0]))
    rounded = abs(round(getattr(first, kinds[0]), 2) - round(getattr(second, kinds[0]), 2))
    if any(abs(one - unit.value) <= unit.tolerance for one in (gap, rounded)):
        reading.account(*reading.tagged("difference", "than"))
        reading.account(*([] if reading.mentions else reading.tagged("two", "both")))
        return True
    return None


def owners(reading: Reading, number: int, numbers: Sequence[int]) -> list[Zone] | None:
    """The zones that a number may belong to; `None` if it is a side's."""
    mentions = reading.mentions
    if not mentions:
        return None if reading.has("right", "left", "both") else list(reading.context)
    if len(mentions) == 1:
        return [mentions[0].zone]
    beside = _by_side(reading, number)
    return beside or _by_order(reading, number, numbers) or _by_statement(reading, number)


def _by_side(reading: Reading, number: int) -> list[Zone]:
    """Such as "The middle zones: 0.49 on the left, 0.28 on the right": of the side beside it."""
    before = [one for one in reading.mentions if one.last < number] or reading.mentions
    group = [one for one in reading.mentions if one.first == before[-1].first]
    if len(group) != len(Side):
        return []
    inside = range(group[0].first, group[0].last + 1)
    for step in (1, -1):
        side = reading.neighbours(number, step, skip=("of", "plain", "only", "approximately"))
        if side is not None and reading.units[side].tag in SIDES and side not in inside:
            reading.account(side)
            return [one.zone for one in group if one.zone.side == reading.units[side].tag]
    return []


def _by_order(reading: Reading, number: int, numbers: Sequence[int]) -> list[Zone]:
    """The zone right before a number, or in its place of as many zones as numbers."""
    mentions = reading.mentions
    as_many = len(numbers) == len(mentions)
    if as_many and numbers[0] > mentions[-1].last:
        return [mentions[numbers.index(number)].zone]  # "A is stronger than B (0.86 vs 0.55)"
    before = reading.units[number - 1].text if number else ""
    nearest = [mention for mention in mentions if mention.last < number]
    distance = number - nearest[-1].last if nearest else 0
    if distance == 1 or (distance == 2 and before in _OPENING):
        return [nearest[-1].zone]
    return [mentions[numbers.index(number)].zone] if as_many else []


def _by_statement(reading: Reading, number: int) -> list[Zone]:
    """The zone of a number's statement, all that it compares, or the last before the number."""
    mentions = reading.mentions
    segment = reading.segment_of(number)
    here = reading.zones_in(segment)
    if len(here) == 1:
        return [here[0].zone]
    if reading.has("than", "above", "below", within=segment):
        return [mention.zone for mention in here or mentions]
    before = [mention for mention in mentions if mention.last < number]
    # "the right upper and middle zones: 0.72" is said of each of them
    return [before[-1].zone if before else mentions[0].zone]


def side_values(
    reading: Reading, number: int, numbers: Sequence[int], kinds: Sequence[str]
) -> dict[str, float]:
    """What a number may be that is said of a lung: its part of the map, or one of its zones'."""
    sides = reading.tagged("right", "left")
    before = [at for at in sides if at < number]
    if not sides:
        return {}
    own = reading.tagged("right", "left", within=reading.segment_of(number))
    if len(sides) == len(numbers):
        before = sides[: numbers.index(number) + 1]  # "the left outweighs the right, 50 % to 32 %"
    elif len(own) == 1:  # "... on the left side and eleven on the right"
        before = own
    side = reading.units[before[-1] if before else sides[0]].tag
    items = [item for item in reading.facts.items if item.zone.side == side]
    values = {f"{item.zone}.{kind}": getattr(item, kind) for item in items for kind in kinds}
    if "share" in kinds:
        values[f"{side}.share"] = sum(item.share for item in items)
    return values

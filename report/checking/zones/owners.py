"""Which zones a number belongs to, and what it may be of two zones or a side."""

from collections.abc import Sequence

from pipeline.types import Descriptor, Zone
from report.checking.sentence.reading import Reading

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
    if not (reading.has("difference") or unit.unit == "points") or len(items) != 2:
        return None
    first, second = items
    if first is None or second is None:
        return None
    gap = abs(getattr(first, kinds[0]) - getattr(second, kinds[0]))
    rounded = abs(round(getattr(first, kinds[0]), 2) - round(getattr(second, kinds[0]), 2))
    if any(abs(one - unit.value) <= unit.tolerance for one in (gap, rounded)):
        reading.account(*reading.tagged("difference"))
        return True
    return None


def owners(reading: Reading, number: int, numbers: Sequence[int]) -> list[Zone] | None:
    """The zones that a number may belong to; `None` if it is a side's."""
    mentions = reading.mentions
    if not mentions:
        return None if reading.has("right", "left", "both") else list(reading.context)
    if len(mentions) == 1:
        return [mentions[0].zone]
    return _by_order(reading, number, numbers) or _by_statement(reading, number)


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


def side_values(reading: Reading, number: int, kinds: Sequence[str]) -> dict[str, float]:
    """What a number may be that is said of a lung: its part of the map, or one of its zones'."""
    sides = reading.tagged("right", "left")
    before = [at for at in sides if at < number]
    if not sides:
        return {}
    side = reading.units[before[-1] if before else sides[0]].tag
    items = [item for item in reading.facts.items if item.zone.side == side]
    values = {f"{item.zone}.{kind}": getattr(item, kind) for item in items for kind in kinds}
    if "share" in kinds:
        values[f"{side}.share"] = sum(item.share for item in items)
    return values

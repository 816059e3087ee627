"""Which zones a comparison is of, and which they are compared with."""

from collections.abc import Sequence

from pipeline.types import Zone
from report.checking.sentence.places import ZoneMention
from report.checking.sentence.reading import Reading
from report.checking.sentence.tags import COMPARES
from report.checking.sides.totals import open_sides

_NEAR = 2  # units between the words of one comparison: "about twice as strong"


def side_of_pair(reading: Reading, index: int) -> tuple[list[Zone], list[Zone]] | None:
    """Such as "Both apices are marked, the right one more strongly"."""
    zones = [one.zone for one in reading.mentions]
    sides = open_sides(reading, reading.segment_of(index))
    if len(zones) != 2 or len(sides) != 1 or zones[0].level is not zones[1].level:
        return None
    if abs(sides[0] - index) > 3 or reading.mentions[-1].first > min(sides[0], index):
        return None
    side = reading.units[sides[0]].tag
    reading.account(*sides)
    first = [zone for zone in zones if zone.side == side]
    return first, [zone for zone in zones if zone.side != side]


def compared_zones(
    reading: Reading, index: int, than: Sequence[int]
) -> tuple[list[Zone], list[Zone]]:
    """The zones compared, and those they are compared with."""
    mentions = reading.mentions
    place = than[0] if than else index
    others = [at for at in reading.tagged(*COMPARES) if abs(at - index) > _NEAR and not than]
    begin = min((at for at in others if at < index), default=place)
    end = min((at for at in others if at > index), default=len(reading.units))
    before = [one.zone for one in mentions if one.first < begin]  # "A yields to B, but exceeds C"
    after = [one.zone for one in mentions if place < one.first < end]
    if than and not before and after:  # "compared with B, A is stronger"
        start = next(one for one in mentions if one.first > place)
        listed = _list_from(reading, start)
        rest = [one.zone for one in mentions if one.first > place and one.zone not in listed]
        return rest, listed
    if reading.units[index].tag == "equal" and not (before and after):
        named = [one.zone for one in mentions]
        return named[:1], named[1:]
    if than and than[0] < index and before and after:
        return before, after  # "A is, compared with B, stronger": as it stands
    alone = None if than else _with_unsaid(reading, index, before, after)
    if alone is not None:
        return alone
    last = before[-1:] if len(before) > 1 and not _one_list(reading, place) else before
    return last, after


def is_inserted(reading: Reading, index: int) -> bool:
    """Whether a comparison stands between commas of its own: it is of what follows."""
    end = reading.neighbours(index, 1, skip=("plain", "of", "mark", "intensity"))
    start = reading.neighbours(index, -1, skip=("plain", "of", "joins", "approximately"))
    commas = [at for at in (start, end) if at is not None and reading.units[at].text in (",", "(")]
    return len(commas) == 2


def _with_unsaid(
    reading: Reading, index: int, before: Sequence[Zone], after: Sequence[Zone]
) -> tuple[list[Zone], list[Zone]] | None:
    """What is compared where no "than" says with what: with the zone before, or the only other."""
    if len(before) == 1 and len(after) == 1 and is_inserted(reading, index):
        return list(after), list(before)  # "at A and, less strongly, at B"
    if not after and len(before) == 2:  # "A is strong and B is weaker"
        return list(before[1:]), list(before[:1])
    if len(reading.mentions) == 1 and len(reading.facts.items) == 2:
        named = [reading.mentions[0].zone]
        return named, [zone for zone in reading.facts.zones if zone not in named]
    if not after and reading.context and len(before) == 1:
        return list(before), list(reading.context)
    return None


def _list_from(reading: Reading, start: ZoneMention) -> list[Zone]:
    """A zone and those joined to it by "and"."""
    found = [start.zone]
    mentions = [one for one in reading.mentions if one.first > start.first]
    last = start.last
    for mention in mentions:
        between = reading.units[last + 1 : mention.first]
        if not all(unit.tag in ("joins", "of", "lung", "zone_noun") for unit in between):
            break
        found.append(mention.zone)
        last = mention.last
    return found


def _one_list(reading: Reading, place: int) -> bool:
    """Whether all zones before a place stand in one list."""
    before = [one for one in reading.mentions if one.first < place]
    return len(_list_from(reading, before[0])) == len(before)

"""Checks orders and comparisons: strongest, second, followed by, more than, equal to."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from pipeline.types import Descriptor, Side, SpanKind, Zone
from report.checking.lexicon import NUMBER
from report.checking.places import ZoneMention
from report.checking.reading import Reading, Segment

ROUNDED = 0.005  # the prompt states two decimals
SAME = 0.02
_RANKS = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_ZONE_QUANTITIES = ("agreement", "disagree", "share", "intensity", "mark")
_CLASSES = ("label", "confidence", "probability", "normal", "abnormal")
_MORE = frozenset({"more", "above", "twice"})


def check_order(reading: Reading) -> None:
    """Which zone is strongest, weakest, second, and in which order zones are listed."""
    extremes = [
        index
        for index in reading.tagged("max", "min", *_RANKS)
        if not reading.units[index].accounted
    ]
    if _speaks_of_classes(reading):
        return
    ranked = _joined_ranks(reading, extremes)
    for place, (index, rank, least) in enumerate(ranked):
        segment = reading.segment_of(index)
        mentions = _subjects(reading, place, [one[0] for one in ranked], segment)
        value = _quantity(reading, index)
        if mentions:
            _check_rank(reading, index, rank, least, [one.zone for one in mentions], value)
        elif reading.context and not _free_sides(reading, segment):
            pass  # "the strongest" with no zone: of which nobody knows
    _check_list(reading)


def _speaks_of_classes(reading: Reading) -> bool:
    return not reading.mentions and reading.has(*_CLASSES)


def _joined_ranks(reading: Reading, extremes: Sequence[int]) -> list[tuple[int, int, bool]]:
    """Each extreme with its rank, "second strongest" as one, and whether it counts from below."""
    found: list[tuple[int, int, bool]] = []
    skip = -1
    for place, index in enumerate(extremes):
        if index == skip:
            continue
        tag = reading.units[index].tag
        rank, least = _RANKS.get(tag, 1), tag == "min"
        following = extremes[place + 1] if place + 1 < len(extremes) else None
        if following is not None and following - index <= 2 and tag in _RANKS:
            least = reading.units[following].tag == "min"
            skip = following
            reading.account(following)
        found.append((index, rank, least))
    return found


def _subjects(
    reading: Reading, place: int, extremes: Sequence[int], segment: Segment
) -> list[ZoneMention]:
    """The zones that an extreme is said of."""
    mentions = reading.mentions
    if not mentions:
        return []
    if len(mentions) == len(extremes):
        return [mentions[place]]
    index = extremes[place]
    cut = next((at for at in reading.tagged("then") if at > index), len(reading.units))
    start = extremes[place - 1] if place else -1
    end = extremes[place + 1] if place + 1 < len(extremes) else len(reading.units)
    before = [one for one in mentions if start < one.first < index]
    after = [one for one in mentions if index < one.first < min(cut, end)]
    own = [one for one in before if one.first in segment]
    if own and not _then_between(reading, own[-1].last, index):
        return own
    here = [one for one in after if one.first in segment]
    return here or after[:1] or before[-1:]


def _then_between(reading: Reading, start: int, end: int) -> bool:
    return any(start < at < end for at in reading.tagged("then"))


def _quantity(reading: Reading, index: int) -> Callable[[Descriptor], float]:
    """The quantity an order or a comparison is of: the nearest in its segment, else attention."""
    found = reading.tagged(*_ZONE_QUANTITIES, within=reading.segment_of(index))
    found = found or reading.tagged(*_ZONE_QUANTITIES)
    tag = "intensity"
    if found:
        tag = reading.units[min(found, key=lambda at: (abs(at - index), at < index))].tag
    if tag == "disagree":
        return lambda item: -item.agreement
    name = {"mark": "intensity"}.get(tag, tag)
    return lambda item: float(getattr(item, name))


def _check_rank(  # noqa: PLR0917
    reading: Reading,
    index: int,
    rank: int,
    least: bool,
    zones: Sequence[Zone],
    value: Callable[[Descriptor], float],
) -> None:
    facts = reading.facts
    items = [facts.zones[zone] for zone in zones if zone in facts.zones]
    denied = _denied_before(reading, index)
    evidence = {f"{item.zone}.intensity": item.intensity for item in items}
    if len(items) < len(zones) or not items:
        if denied is None and not least:
            reading.note(index, False, SpanKind.ORDER, **evidence)
        return
    ranked = sorted(facts.items, key=value, reverse=not least)
    edge = value(ranked[min(len(ranked), rank + len(items) - 1) - 1])
    top = value(ranked[rank - 1]) if rank <= len(ranked) else None
    if top is None:
        good = False
    elif least:
        good = all(top - ROUNDED <= value(item) <= edge + ROUNDED for item in items)
    else:
        good = all(edge - ROUNDED <= value(item) <= top + ROUNDED for item in items)
    if denied is not None:
        reading.account(denied)
        good = not good
    reading.note(index, good, SpanKind.ORDER, **evidence)


def _denied_before(reading: Reading, index: int) -> int | None:
    before = reading.neighbours(index, -1, skip=("of", "plain", "intensity", "mark"))
    if before is None or reading.units[before].tag != "no" or reading.units[before].accounted:
        return None
    return before


def _check_list(reading: Reading) -> None:
    """Such as "A, followed by B": none is weaker than those after it; from below, none stronger."""
    thens = [
        index
        for index in reading.tagged("then", "rising", "declines")
        if not reading.units[index].accounted
    ]
    if not thens:
        return
    facts = reading.facts
    items = [facts.zones.get(mention.zone) for mention in reading.mentions]
    if any(item is None for item in items):
        reading.account(*thens)
        return
    value = _quantity(reading, thens[0])
    said = [value(item) for item in items if item is not None]
    if len(said) == 1:
        previous = [value(facts.zones[zone]) for zone in reading.context if zone in facts.zones]
        said = [*previous[-1:], *said]
    if len(said) < 2:
        reading.account(*thens)  # "next comes ..." after a sentence without zones
        return
    rising = reading.has("rising") or (reading.has("min") and not reading.has("max"))
    pairs = list(pairwise(said))
    good = all((b - a if rising else a - b) > -ROUNDED for a, b in pairs)
    if good and len(said) == 2 and len(reading.mentions) == 2 and reading.has("then"):
        between = [
            item for item in facts.items if said[1] + ROUNDED < value(item) < said[0] - ROUNDED
        ]
        good = not between  # what follows is the next
    for index in thens:
        reading.note(index, good, SpanKind.ORDER)


def check_comparison(reading: Reading) -> None:
    """Zones or sides against each other."""
    for index in reading.tagged("more", "less", "above", "below", "equal", "twice"):
        unit = reading.units[index]
        if unit.accounted:
            continue
        following = reading.neighbours(index, 1, skip=("than", "of", "plain", "approximately"))
        if following is not None and reading.units[following].tag == NUMBER:
            if unit.tag == "equal":
                reading.account(index)
            continue
        if reading.mentions:
            _compare_zones(reading, index)
        else:
            _compare_sides(reading, index)


def _compare_zones(reading: Reading, index: int) -> None:
    facts = reading.facts
    tag = reading.units[index].tag
    than = [at for at in reading.tagged("than") if not reading.units[at].accounted]
    first, second = _side_of_pair(reading, index) or _split(reading, index, than)
    if reading.has("other") and than and first and not second:
        second = [zone for zone in facts.zones if zone not in first]
        reading.account(*reading.tagged("other", "all"))
    if not first or not second:
        return
    value = _quantity(reading, index)
    lows = [facts.zones.get(zone) for zone in first]
    highs = [facts.zones.get(zone) for zone in second]
    one = [0.0 if item is None else value(item) for item in lows]
    other = [0.0 if item is None else value(item) for item in highs]
    evidence = {
        f"{item.zone}.intensity": item.intensity for item in (*lows, *highs) if item is not None
    }
    good: bool | None
    if tag == "twice":
        good = all(1.7 <= a / b <= 2.4 for a in one for b in other if b)
    elif tag == "equal":
        gaps = [abs(a - b) for a in one for b in other]
        good = all(gap <= SAME for gap in gaps)
        listed = [at for at in reading.tagged("two", "three") if not reading.units[at].accounted]
        reading.account(*listed)
    elif tag in _MORE:
        good = all(a - b > -ROUNDED for a in one for b in other)
    else:
        good = all(b - a > -ROUNDED for a in one for b in other)
    denied = _denied_before(reading, index)
    if denied is not None:
        reading.account(denied)
        good = not good
    if good and any(item is None for item in (*lows, *highs)):
        good = None
    if good is None:
        return
    reading.note(index, good, SpanKind.COMPARISON, **evidence)
    reading.account(*than)


def _side_of_pair(reading: Reading, index: int) -> tuple[list[Zone], list[Zone]] | None:
    """Such as "Both apices are marked, the right one more strongly"."""
    zones = [one.zone for one in reading.mentions]
    sides = _free_sides(reading, reading.segment_of(index))
    if len(zones) != 2 or len(sides) != 1 or zones[0].level is not zones[1].level:
        return None
    if abs(sides[0] - index) > 3 or reading.mentions[-1].first > min(sides[0], index):
        return None
    side = reading.units[sides[0]].tag
    reading.account(*sides)
    first = [zone for zone in zones if zone.side == side]
    return first, [zone for zone in zones if zone.side != side]


def _split(reading: Reading, index: int, than: Sequence[int]) -> tuple[list[Zone], list[Zone]]:  # noqa: PLR0911
    """The zones compared, and those they are compared with."""
    mentions = reading.mentions
    place = than[0] if than else index
    before = [one.zone for one in mentions if one.first < place]
    after = [one.zone for one in mentions if one.first > place]
    if than and not before and after:  # "compared with B, A is stronger"
        start = next(one for one in mentions if one.first > place)
        listed = _list_from(reading, start)
        rest = [one.zone for one in mentions if one.first > place and one.zone not in listed]
        return rest, listed
    if reading.units[index].tag == "equal" and not (before and after):
        named = [one.zone for one in mentions]
        return named[:1], named[1:]
    if than and than[0] < index and before and after:
        # "A is, compared with B, stronger": as it stands
        return before, after
    if not after and len(before) == 2 and not than:  # "A is strong and B is weaker"
        return before[1:], before[:1]
    if not than and len(mentions) == 1 and len(reading.facts.items) == 2:
        named = [mentions[0].zone]
        return named, [zone for zone in reading.facts.zones if zone not in named]
    if not after and not than and reading.context and len(before) == 1:
        return before, list(reading.context)
    last = before[-1:] if len(before) > 1 and not _one_list(reading, place) else before
    return last, after


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


def side_totals(reading: Reading) -> dict[Side, tuple[float, float, float]]:
    """Of each side its part of the map, its strongest zone and its number of zones."""
    totals = {}
    for side in Side:
        items = [item for item in reading.facts.items if item.zone.side is side]
        totals[side] = (
            sum(item.share for item in items),
            max((item.intensity for item in items), default=0.0),
            sum(item.intensity for item in items),
        )
    return totals


def stronger_side(reading: Reading) -> Side | None:
    """The side that is stronger by every measure; `None` if they disagree."""
    totals = side_totals(reading)
    right, left = totals[Side.RIGHT], totals[Side.LEFT]
    if all(a >= b for a, b in zip(right, left, strict=True)) and right != left:
        return Side.RIGHT
    if all(b >= a for a, b in zip(right, left, strict=True)) and right != left:
        return Side.LEFT
    return None


def agreeing_side(reading: Reading) -> Side | None:
    """The side where both methods agree better, in every zone; `None` if that differs."""
    values = {
        side: [item.agreement for item in reading.facts.items if item.zone.side is side]
        for side in Side
    }
    right, left = values[Side.RIGHT], values[Side.LEFT]
    if not right or not left:
        return None
    if min(right) > max(left):
        return Side.RIGHT
    return Side.LEFT if min(left) > max(right) else None


def _free_sides(reading: Reading, segment: Segment) -> list[int]:
    return [
        at
        for at in reading.tagged("right", "left", within=segment)
        if not reading.units[at].accounted
    ]


def _compare_sides(reading: Reading, index: int) -> None:
    sides = [at for at in reading.tagged("right", "left") if not reading.units[at].accounted]
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
        quantities = reading.tagged(*_ZONE_QUANTITIES)
        is_agreement = bool(quantities) and reading.units[quantities[0]].tag in (
            "agreement",
            "disagree",
        )
        stronger = agreeing_side(reading) if is_agreement else stronger_side(reading)
        good = None if stronger is None else (stronger is first) == (tag in _MORE)
        if tag == "equal":
            good = None
    if good is None:
        return
    denied = _denied_before(reading, index)
    if denied is not None:
        reading.account(denied)
        good = not good
    reading.note(index, good, SpanKind.COMPARISON)
    reading.account(*than, *sides)
    for at in sides:
        reading.note(at, None, SpanKind.SIDE)
